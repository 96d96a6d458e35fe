"""Whether a port of loopback can be had, said before the work begins."""

from __future__ import annotations

import socket

from infra.errors import PlatformError


def checked(port: int) -> int:
    """The port, 0 as it is; raises PlatformError where somebody has it."""
    if port:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise PlatformError(
                    f"port {port} is taken ({error.strerror}); choose another by --port, or 0 for any"
                ) from None
    return port
