"""Where things are on a server, for templates, the release program and tests: everything is named by the product."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ServerPaths:
    """Paths of one product's server, and the address and ports that nginx listens on.

    `root` goes before each path, where it is not a real machine.
    """

    product: str
    root: str = ""
    address: str = "*"
    http_port: int = 80
    https_port: int = 443

    @property
    def home(self) -> str:
        """Releases, slots and the live socket."""
        return f"{self.root}/srv/{self.product}"

    @property
    def settings(self) -> str:
        """What the machine knows of its environment; root only."""
        return f"{self.root}/etc/{self.product}"

    @property
    def live_socket(self) -> str:
        """Link to the live slot's socket: renaming another over it is the switch."""
        return f"{self.home}/live.sock"

    @property
    def maintenance_page(self) -> str:
        """While this file exists, it is what every request gets, with status 503."""
        return f"{self.home}/maintenance.html"

    @property
    def booting(self) -> str:
        """While this file exists, the load balancer is told that the machine is not ready; a reboot removes it."""
        return f"{self.root}/run/{self.product}-booting"

    @property
    def program(self) -> str:
        """What the SSM document runs: it fetches the release program and hands over to it."""
        return f"{self.home}/bin/release"

    @property
    def origin_secrets(self) -> str:
        """Included by nginx: a line `"~^<secret>$" 1;` for each value that CloudFront may send; root only."""
        return f"{self.settings}/origin-secrets.map"

    @property
    def certificate(self) -> str:
        """Self-signed certificate of the load balancer's hop."""
        return f"{self.settings}/tls.crt"

    @property
    def certificate_key(self) -> str:
        """Its key; root only."""
        return f"{self.settings}/tls.key"

    @property
    def access_log(self) -> str:
        """nginx's log, JSON lines."""
        return f"{self.root}/var/log/nginx/{self.product}.access.json"

    @property
    def error_log(self) -> str:
        """nginx's errors."""
        return f"{self.root}/var/log/nginx/{self.product}.error.log"
