"""CloudFront functions run by Node.js: one process that is asked line by line.

Each function has a context of its own with what runtime 2.0 has of the platform's needs: `crypto`, `Buffer`. Node.js
knows more of the language than CloudFront does: that the code keeps to CloudFront's subset is not shown.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.errors import PlatformError
from rehearsal import guardian

# Reads {"codes": {name: code}} first, then {"name", "event"}; answers {"result"} or {"error"}, a line each.
PROGRAM = """
const vm = require('vm'), readline = require('readline');
const known = { crypto: require('crypto'), buffer: require('buffer') };
const functions = {};
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const asked = JSON.parse(line);
  let answer;
  try {
    if (asked.codes) {
      for (const name of Object.keys(asked.codes)) {
        const context = vm.createContext({ Buffer, require: (name) => known[name] });
        vm.runInContext(asked.codes[name], context, { filename: name });
        functions[name] = vm.runInContext('handler', context);
      }
      answer = { result: null };
    } else {
      answer = { result: functions[asked.name](asked.event) };
    }
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + '\\n');
});
"""


class FunctionError(Exception):
    """A function threw, or its process is gone: CloudFront would answer 503."""


@dataclass(frozen=True, kw_only=True)
class Functions:
    """The functions of a distribution; may be called from several threads."""

    process: subprocess.Popen[str]
    lock: threading.Lock = field(default_factory=threading.Lock)

    def call(self, name: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """The request to go on with, or a response; raises FunctionError."""
        found: dict[str, Any] = self._ask({"name": name, "event": event})
        return found

    def load(self, codes: Mapping[str, str]) -> None:
        """Takes the codes; raises FunctionError for one that is no program."""
        self._ask({"codes": dict(codes)})

    def _ask(self, what: Mapping[str, Any]) -> Any:  # Any: JSON
        stdin, stdout = self.process.stdin, self.process.stdout
        if stdin is None or stdout is None:
            raise FunctionError("the functions' process has no pipes")
        with self.lock:
            try:
                stdin.write(json.dumps(what) + "\n")
                stdin.flush()
                line = stdout.readline()
            except (OSError, ValueError) as error:
                raise FunctionError(str(error)) from None
        if not line:
            raise FunctionError("the functions' process has ended")
        answer = json.loads(line)
        if "error" in answer:
            raise FunctionError(answer["error"])
        return answer["result"]


@contextmanager
def running(node: Path, codes: Mapping[str, str]) -> Iterator[Functions]:
    """The functions, by name, until the block ends; raises PlatformError where Node.js does not take them."""
    with subprocess.Popen(  # noqa: S603 - Node.js, as found
        [node, "-e", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        process_group=guardian.group(),
    ) as process:
        functions = Functions(process=process)
        try:
            functions.load(codes)
            yield functions
        except FunctionError as error:
            raise PlatformError(f"a CloudFront function does not load: {error}") from None
        finally:
            process.terminate()
            # What a process that had ended did not take is still held, and Popen's own close would raise.
            with suppress(OSError):
                if process.stdin is not None:
                    process.stdin.close()
