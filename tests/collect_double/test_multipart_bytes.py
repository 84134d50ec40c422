"""The POST body byte for byte as OkHttp 5 writes it, and Collect's splitting."""

import pytest

from .mishaps import Mishap
from .multipart import Body, content_type, posts
from .survey import StoredFile, Survey

SMOOTH = Mishap()


def survey(files: dict[str, StoredFile], xml: bytes = b"<data/>") -> Survey:
    return Survey("sample", "1", "uuid:sample", "Phiếu mẫu_2026-11-03_14-05-00.xml", xml, files)


def content(body: Body) -> bytes:
    whole = b"".join(body.chunks())
    assert len(whole) == body.size_bytes
    return whole


def names(body: Body) -> list[str]:
    return [
        line.split(b'name="')[1].split(b'"')[0].decode()
        for line in content(body).split(b"\r\n")
        if line.startswith(b"Content-Disposition")
    ]


def test_the_body_is_okhttps_to_the_byte():
    [body] = posts(survey({'ảnh "1".jpg': b"\xff\xd8"}), 10_000_000, SMOOTH)
    boundary = body.content_type.removeprefix("multipart/form-data; boundary=")
    expected = (
        f"--{boundary}\r\n"
        'Content-Disposition: form-data; name="xml_submission_file"; filename="Phiếu mẫu_2026-11-03_14-05-00.xml"\r\n'
        "Content-Type: text/xml\r\n"
        "\r\n"
        "<data/>\r\n"
        f"--{boundary}\r\n"
        'Content-Disposition: form-data; name="ảnh %221%22.jpg"; filename="ảnh %221%22.jpg"\r\n'
        "Content-Type: image/jpeg\r\n"
        "\r\n"
    ).encode() + f"\r\n--{boundary}--\r\n".encode().join([b"\xff\xd8", b""])
    assert content(body) == expected


def test_all_but_the_last_post_are_marked_incomplete_and_repeat_the_xml():
    files = {f"{number}.jpg": b"x" * 40 for number in range(5)}
    bodies = posts(survey(files), 100, SMOOTH)
    assert [names(body) for body in bodies] == [
        ["xml_submission_file", "0.jpg", "1.jpg", "*isIncomplete*"],
        ["xml_submission_file", "2.jpg", "3.jpg", "*isIncomplete*"],
        ["xml_submission_file", "4.jpg"],
    ]
    assert b'name="*isIncomplete*"\r\n\r\nyes\r\n--' in content(bodies[0])


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([93], [1]),  # the XML counts: 7 + 93 is just allowed
        ([94], [1]),  # a single file over the limit still goes alone
        ([200, 200], [1, 1]),
        ([50, 43], [2]),
        ([50, 44], [1, 1]),
        ([], [0]),
        ([0] * 101, [101]),  # up to 101 files fit
        ([0] * 102, [101, 1]),
        ([0] * 203, [101, 101, 1]),
    ],
)
def test_files_are_spread_by_size_and_number(sizes: list[int], expected: list[int]):
    files = {f"{number}.bin": b"x" * size for number, size in enumerate(sizes)}
    bodies = posts(survey(files), 100, SMOOTH)
    assert [len([name for name in names(body) if name.endswith(".bin")]) for body in bodies] == expected


def test_order_can_be_turned_round_and_the_mark_left_out():
    files = {f"{number}.jpg": b"x" * 60 for number in range(2)}
    reversed_posts = posts(survey(files), 100, Mishap(reverse_posts=True))
    assert [names(body)[1] for body in reversed_posts] == ["1.jpg", "0.jpg"]
    assert names(posts(survey(files), 1000, Mishap(reverse_parts=True))[0])[-1] == "xml_submission_file"
    unmarked = posts(survey(files), 100, Mishap(drop_incomplete=True))
    assert not any("*isIncomplete*" in names(body) for body in unmarked)


def test_a_file_on_disk_is_streamed_in_pieces(tmp_path):
    video = tmp_path / "video.mp4"
    video.write_bytes(b"v" * 200_000)
    [body] = posts(survey({"video.mp4": video}), 10_000_000, SMOOTH)
    assert max(len(chunk) for chunk in body.chunks()) <= 64 * 1024
    assert b"v" * 200_000 in content(body)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("1.jpg", "image/jpeg"),
        ("1.JPG", "image/jpeg"),
        ("1.amr", "audio/amr"),
        ("1.oga", "audio/ogg"),
        ("1.ogv", "video/ogg"),
        ("1.webm", "video/webm"),
        ("audit.csv", "text/comma-separated-values"),
        ("1.unknown", "application/octet-stream"),
        ("none", "application/octet-stream"),
    ],
)
def test_a_file_has_the_type_of_its_extension(name: str, kind: str):
    assert content_type(name) == kind
