"""Speech into text: one small port. The engine is a program that the operator supplies (sherpa-onnx, a service of the chain).

Browsers cannot recognise speech in mainland China, so a recording is written down on our side. `TRANSCRIBE_COMMAND` names the
program: it gets the recording (WebM, MP4 or Ogg, as the phone made it) on standard input and the language as its last
argument, and prints the text in UTF-8. Nothing is recorded where no program is set.
"""

import shlex
import subprocess
from dataclasses import dataclass

LONGEST_SECONDS = 60  # of one run of the program
LONGEST_TEXT = 8_000  # bytes that are taken from it


class NotUnderstood(Exception):
    """The program failed or printed nothing; its words are not repeated, they may be those of a person."""


@dataclass(frozen=True, slots=True)
class Transcriber:
    """The operator's program."""

    command: str

    def text_of(self, audio: bytes, *, language: str) -> str:
        """What was said, on one line. Raises NotUnderstood."""
        arguments = [*shlex.split(self.command), language]
        try:
            done = subprocess.run(  # noqa: S603 - the operator's own program, from the settings
                arguments, input=audio, capture_output=True, timeout=LONGEST_SECONDS, check=True
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise NotUnderstood(type(error).__name__) from None
        text = " ".join(done.stdout[:LONGEST_TEXT].decode("utf-8", "ignore").split())
        if not text:
            raise NotUnderstood("empty")
        return text


def transcriber(command: str) -> Transcriber | None:
    """The one of the settings; None when nothing is set, so nothing may be recorded."""
    return Transcriber(command) if command else None
