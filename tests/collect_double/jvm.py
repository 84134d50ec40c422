"""Compile the Java half of the double once and say how to start it.

The classes go to a cache folder outside the repository, named after what they were made from (sources and jar), so
that a change compiles anew and parallel test runs share one copy. The form engine is the JavaRosa inside the ODK
Validate jar that pyxform brings along; nothing is downloaded.
"""

import getpass
import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

import pyxform.validators.odk_validate

SOURCES = Path(__file__).parent / "java"
MAIN_CLASS = "collectdouble.Main"


class JdkMissing(RuntimeError):
    """No Java 17 compiler or runtime on this machine."""

    def __init__(self) -> None:
        super().__init__("the Collect double needs a JDK: install it with 'apt-get install openjdk-17-jdk-headless'")


def command_line(timezone: str) -> list[str]:
    """Return the command that starts the double, compiling it first where that has not been done yet."""
    java, javac = shutil.which("java"), shutil.which("javac")
    if java is None or javac is None:
        raise JdkMissing
    jar = Path(pyxform.validators.odk_validate.__file__).parent / "bin" / "ODK_Validate.jar"
    classes = _compiled(javac, jar)
    flags = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
    locale = [f"-Duser.timezone={timezone}", "-Dfile.encoding=UTF-8", "-Djava.awt.headless=true"]
    return [java, *flags, *locale, "-cp", f"{classes}:{jar}", MAIN_CLASS]


def _compiled(javac: str, jar: Path) -> Path:
    sources = sorted(SOURCES.rglob("*.java"))
    fingerprint = hashlib.sha256(jar.read_bytes())
    for source in sources:
        fingerprint.update(source.read_bytes())
    name = f"nepnha-collect-double-{getpass.getuser()}-{fingerprint.hexdigest()[:16]}"
    classes = Path(tempfile.gettempdir()) / name
    if not classes.is_dir():
        _compile(javac, jar, sources, classes)
    return classes


def _compile(javac: str, jar: Path, sources: list[Path], classes: Path) -> None:
    with tempfile.TemporaryDirectory(dir=classes.parent) as work:
        built = Path(work) / "classes"
        subprocess.run(
            [javac, "-nowarn", "-encoding", "UTF-8", "-cp", str(jar), "-d", str(built), *map(str, sources)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        try:
            built.rename(classes)
        except OSError:
            # Another test run finished the same classes first; anything else is a real fault.
            if not classes.is_dir():
                raise
