"""Broken connections strike where the test says, and a phone that sends again repeats everything."""

from .mishaps import Mishap
from .phone import Phone
from .recording_server import RecordingServer
from .test_sending import survey


def test_a_cut_body_reaches_the_server_short(server: RecordingServer):
    sent = Phone(server.url).send(survey({"1.jpg": b"x" * 1000}), Mishap(cut_after=300))
    assert (sent.ok, sent.status) == (False, None)
    post = server.wait_for(2)[-1]
    assert len(post.body) == 300
    assert int(str(post.header("Content-Length"))) > 1000


def test_hanging_up_delivers_the_whole_body_but_the_phone_does_not_know(server: RecordingServer):
    phone = Phone(server.url)
    sent = phone.send(survey({"1.jpg": b"x" * 1000}), Mishap(hang_up=True))
    assert (sent.ok, sent.status) == (False, None)
    post = server.wait_for(2)[-1]
    assert len(post.body) == int(str(post.header("Content-Length")))
    assert phone.send(survey()).ok


def test_the_second_of_several_posts_can_be_the_one_that_breaks(server: RecordingServer):
    files = {"1.jpg": b"x" * 60, "2.jpg": b"y" * 60, "3.jpg": b"z" * 60}
    phone = Phone(server.url)
    broken = phone.send(survey(files), Mishap(hang_up=True, on_post=1), accept_length=100)
    assert (broken.ok, len(broken.posts)) == (False, 1)
    again = phone.send(survey(files), accept_length=100)
    assert (again.ok, len(again.posts)) == (True, 3)


def test_one_survey_can_be_sent_many_times_at_once(server: RecordingServer):
    sent = Phone(server.url).send_in_parallel(survey(), 5)
    assert all(one.ok for one in sent)
    assert len(server.posts()) == 5


def test_no_server_at_all_is_a_message_not_a_crash(server: RecordingServer):
    sent = Phone("http://127.0.0.1:1").send(survey())
    assert (sent.ok, sent.status) == (False, None)
    assert "refused" in sent.message
