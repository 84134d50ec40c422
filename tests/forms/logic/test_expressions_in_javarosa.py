"""The rows of expressions.tsv asked of JavaRosa itself, the engine in the ODK Validate jar that pyxform carries."""

from __future__ import annotations

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from sample_tree import RECORD, ROWS, TYPES

HERE = Path(__file__).parent
OURS_ALONE = "# lists beside the form"
FORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
  xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>t</h:title><model>
<instance>{record}</instance><instance id="list"><root>{rows}</root></instance>{binds}
<bind nodeset="/data/irr" type="string" relevant="false()"/></model></h:head><h:body>
<select1 ref="/data/sel"><label>s</label><itemset nodeset="instance('list')/root/item"><value ref="name"/>
<label ref="label"/></itemset></select1><group ref="/data/rep"><label>r</label><repeat nodeset="/data/rep">
<input ref="/data/rep/x"><label>x</label></input><group ref="/data/rep/inner"><label>i</label>
<repeat nodeset="/data/rep/inner"><input ref="/data/rep/inner/y"><label>y</label></input></repeat></group>
</repeat></group></h:body></h:html>"""
DELIBERATE = {
    "$x": "text\tlogic.repeated",  # a variable no form can set: JavaRosa has no value for it, we refuse it at once
}
ROW = "<item><name>{}</name><label>{}</label><k>{}</k><p>{}</p></item>"
TEMPLATE = '<rep jr:template=""><x/><t/><inner jr:template=""><y/></inner></rep><rep>'


def table() -> list[list[str]]:
    lines = (HERE / "expressions.tsv").read_text(encoding="utf-8").partition(OURS_ALONE)[0].splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def sample_form() -> str:
    record = RECORD.decode().replace("<rep>", TEMPLATE, 1)
    binds = "".join(f'<bind nodeset="{path}" type="{kind.value}"/>' for path, kind in TYPES.items())
    return FORM.format(record=record, rows="".join(ROW.format(*row) for row in ROWS), binds=binds)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    if shutil.which("javac") is None:
        pytest.fail("a JDK is missing: install it (Debian: apt-get install openjdk-17-jdk-headless)", pytrace=False)
    package = find_spec("pyxform")
    assert package is not None
    assert package.origin is not None
    jar = Path(package.origin).parent / "validators/odk_validate/bin/ODK_Validate.jar"
    folder = tmp_path_factory.mktemp("javarosa")
    (folder / "form.xml").write_text(sample_form(), encoding="utf-8")
    subprocess.run(["javac", "-cp", str(jar), "-d", str(folder), str(HERE / "Evaluate.java")], check=True)
    asked = "".join(f"{source}\t{path or '/data'}\n" for source, path, _, _ in table())
    command = ["java", "-cp", f"{jar}:{folder}", "Evaluate", str(folder / "form.xml")]
    ran = subprocess.run(command, input=asked.encode(), capture_output=True, check=True)
    return ran.stdout.decode().splitlines()


@pytest.mark.java
def test_javarosa_gives_the_values_of_the_table(answers: list[str]) -> None:
    wanted = [f"{kind}\t{'' if kind == 'error' else text}" for _, _, kind, text in table()]
    differing = {row[0]: got for row, want, got in zip(table(), wanted, answers, strict=True) if want != got}
    assert differing == DELIBERATE
