"""Small sample forms in Markdown XLSForm, converted on the spot; each shows what its name says."""

from functools import cache

from pyxform.xls2xform import convert

HOUSEHOLD = """
| survey |
| | type | name | label | required | relevant | constraint | calculation | choice_filter | parameters |
| | start | start | | | | | | | |
| | end | end | | | | | | | |
| | today | today | | | | | | | |
| | deviceid | deviceid | | | | | | | |
| | username | username | | | | | | | |
| | text | code | Mã hộ | yes | | regex(., '^[A-Z]{2}[0-9]{3}$') | | | |
| | integer | size | Số nhân khẩu | yes | | . >= 1 and . <= 30 | | | |
| | integer | children | Số trẻ em | yes | | . >= 0 and . <= ${size} | | | |
| | date | visited | Ngày thăm | yes | | . <= today() and . >= date('2020-01-01') | | | |
| | select_one yes_no | consent | Đồng ý trả lời | yes | | | | | |
| | begin group | talk | Trao đổi | | ${consent} = 'yes' | | | | |
| | select_multiple topic | topics | Nội dung | yes | | not(selected(., 'none') and count-selected(.) > 1) | | | |
| | select_one commune | commune | Xã | yes | | | | | |
| | select_one village | village | Thôn | yes | | | | commune=${commune} | |
| | image | photo | Ảnh | yes | | | | | max-pixels=1024 |
| | geopoint | place | Vị trí | | | | | | |
| | decimal | distance | Cách trụ sở (km) | | | . > 0.5 | | | |
| | range | satisfied | Hài lòng | | | | | | start=1 end=5 step=1 |
| | rank topic | order | Thứ tự | | | | | | |
| | end group | | | | | | | | |
| | begin repeat | member | Thành viên | | | | | | |
| | text | name | Tên | yes | | | | | |
| | integer | age | Tuổi | | | . < 120 | | | |
| | end repeat | | | | | | | | |
| | calculate | members | | | | | count(${member}) | | |
| | calculate | oldest | | | | | max(${age}) | | |
| | note | thanks | Xong, ${members} người | | | | | | |
| choices |
| | list_name | name | label | commune |
| | yes_no | yes | Có | |
| | yes_no | no | Không | |
| | topic | law | Luật | |
| | topic | care | Chăm sóc | |
| | topic | none | Không có | |
| | commune | c1 | Xã mẫu 1 | |
| | commune | c2 | Xã mẫu 2 | |
| | village | v1 | Thôn mẫu 1 | c1 |
| | village | v2 | Thôn mẫu 2 | c2 |
| | village | v3 | Thôn mẫu 3 | c2 |
| settings |
| | form_title | form_id | version | instance_name | client_editable |
| | Phiếu mẫu: hộ gia đình | sample_household | 2026110301 | concat(${code}, ' – ', ${size}) | yes |
"""

COUNTED = """
| survey |
| | type | name | label | repeat_count | required | calculation |
| | integer | wanted | Bao nhiêu? | | yes | |
| | begin repeat | item | Mục | ${wanted} | | |
| | text | word | Từ | | yes | |
| | end repeat | | | | | |
| settings |
| | form_title | form_id | version |
| | Phiếu đếm mẫu | sample_counted | 1 |
"""

LISTED = """
| survey |
| | type | name | label | required | choice_filter | calculation |
| | start-geopoint | where | | | | |
| | select_one_from_file homes.csv | home | Hộ | yes | | |
| | calculate | head | | | | pulldata('homes', 'head', 'name', ${home}) |
| | dateTime | at | Lúc | | | |
| | calculate | stamp | | | | now() |
| settings |
| | form_title | form_id | version |
| | Phiếu chọn hộ mẫu | sample_listed | 1 |
"""

NEW_HOME = """
| survey |
| | type | name | label | required | relevant | save_to |
| | text | head | Chủ hộ | yes | | head |
| | integer | size | Số người | | | size |
| | select_one yes_no | moved | Mới chuyển đến? | yes | | |
| | date | since | Từ ngày | | ${moved} = 'yes' | since |
| choices |
| | list_name | name | label |
| | yes_no | yes | Có |
| | yes_no | no | Không |
| entities |
| | list_name | label |
| | homes | concat(${head}, ' ', ${size}) |
| settings |
| | form_title | form_id | version | client_editable |
| | Phiếu lập hộ mẫu | new_home | 1 | yes |
"""

VISITED_HOME = """
| survey |
| | type | name | label | required | save_to |
| | select_one_from_file homes.csv | home | Hộ | yes | |
| | integer | size | Số người | | size |
| entities |
| | list_name | entity_id |
| | homes | ${home} |
| settings |
| | form_title | form_id | version |
| | Phiếu thăm hộ mẫu | visited_home | 1 |
"""

SETTLED_HOME = """
| survey |
| | type | name | label | required | relevant | calculation | save_to |
| | select_one known | known | Hộ có trong danh sách? | yes | | | |
| | select_one_from_file homes.csv | home | Hộ | yes | ${known} = 'yes' | | |
| | text | head | Chủ hộ | yes | | | head |
| | calculate | new_id | | | | once(uuid()) | |
| entities |
| | list_name | label | entity_id | create_if | update_if |
| | homes | ${head} | if(${known} = 'yes', ${home}, ${new_id}) | ${known} = 'no' | ${known} = 'yes' |
| choices |
| | list_name | name | label |
| | known | yes | Có |
| | known | no | Không |
| | known | unsure | Không rõ |
| settings |
| | form_title | form_id | version |
| | Phiếu lập hoặc sửa hộ mẫu | settled_home | 1 |
"""

TREES = """
| survey |
| | type | name | label | required | save_to |
| | text | place | Nơi | yes | |
| | begin repeat | tree | Cây | | |
| | text | kind | Loại | yes | kind |
| | begin group | about | Về cây | | |
| | integer | age | Tuổi | | age |
| | end group | | | | |
| | end repeat | | | | |
| entities |
| | list_name | label | repeat |
| | trees | concat(${kind}, ' ', ${place}) | ${tree} |
| settings |
| | form_title | form_id | version |
| | Phiếu cây mẫu | trees | 1 |
"""

DEAD_END = """
| survey |
| | type | name | label | required | choice_filter | default |
| | text | officer | Cán bộ | yes | | ${last-saved#officer} |
| | select_one place | place | Nơi | yes | | |
| | select_one home | home | Hộ | yes | place=${place} | |
| choices |
| | list_name | name | label | place |
| | place | full | Có hộ | |
| | place | empty | Chưa có hộ | |
| | home | h1 | Hộ mẫu | full |
| settings |
| | form_title | form_id | version |
| | Phiếu ngõ cụt mẫu | sample_dead_end | 1 |
"""

HOMES = "name,label,head\nh1,Hộ mẫu 1,Chủ hộ mẫu một\nh2,Hộ mẫu 2,Chủ hộ mẫu hai\n".encode()


@cache
def xform(markdown: str) -> bytes:
    """Return the XForm of a sample form as a server would serve it."""
    return str(convert(markdown, file_type=".md").xform).encode()


@cache
def long_form(questions: int) -> bytes:
    """Return a form of that many questions: constrained integers, choices and texts in turn, each looking back."""
    rows = ["| | integer | q0 | Câu 0 | yes | . >= 0 and . <= 100 | |"]
    for number in range(1, questions):
        kind = ["integer", "select_one yes_no", "text"][number % 3]
        constraint = ". >= 0 and . <= 100" if kind == "integer" else ""
        rows.append(f"| | {kind} | q{number} | Câu {number} | yes | {constraint} | ${{q0}} >= 0 |")
    survey = "\n".join(["| survey |", "| | type | name | label | required | constraint | relevant |", *rows])
    choices = "| choices |\n| | list_name | name | label |\n| | yes_no | yes | Có |\n| | yes_no | no | Không |"
    settings = "| settings |\n| | form_title | form_id | version |\n| | Phiếu dài mẫu | sample_long | 1 |"
    return str(convert("\n".join([survey, choices, settings]) + "\n", file_type=".md").xform).encode()
