"""What the rehearsal's image has beside Debian: it sends machines to the stand-ins, so that the user data need not.

All of this is what a rehearsal does not show: on EC2 these files are not there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rehearsal.machine.needs import MachineError
from rehearsal.machine.places import ENDPOINT_URL, METADATA, PROXY

SUITE: Final = "trixie"
# What Debian's own cloud image has and a release needs, beside the base system.
PACKAGES: Final = (
    *("systemd", "systemd-sysv", "dbus", "cloud-init", "python3", "curl", "ca-certificates", "iproute2"),
    *("procps", "openssh-server", "sudo", "less"),
)
FILES: Final[Mapping[str, str]] = {
    # 99 sorts after Debian's 90_dpkg.cfg. Without DMI the data source counts as a guess, which strict_id lets through.
    "etc/cloud/cloud.cfg.d/99-rehearsal.cfg": f"""\
datasource_list: [Ec2]
datasource:
  Ec2:
    strict_id: false
    metadata_urls: ["http://{METADATA[0]}"]
network: {{config: disabled}}
""",
    "etc/systemd/system.conf.d/10-rehearsal.conf": f"[Manager]\nDefaultEnvironment=AWS_ENDPOINT_URL={ENDPOINT_URL}\n",
    "etc/apt/apt.conf.d/99rehearsal": f'Acquire::http::Proxy "http://{PROXY[0]}:{PROXY[1]}";\n',
    "etc/resolv.conf": "nameserver 127.0.0.1\n",  # refused at once; with none, each boot waits for 30 s
    "etc/hostname": "localhost\n",
}
LINKS: Final[Mapping[str, str]] = {"usr/bin/udevadm": "/usr/bin/true"}  # a container has no devices to settle


def packages_of_user_data(template: str) -> tuple[str, ...]:
    """The packages that the user data installs first, from its template; raises MachineError where none is seen."""
    found = re.search(r"^install_apt ([a-z0-9+. -]+)$", template, re.MULTILINE)
    if found is None:
        raise MachineError(
            "the user data's template has no line `install_apt PACKAGE …`: see rehearsal/machine/image.py"
        )
    return tuple(found[1].split())


def write(root: Path) -> None:
    """Puts the files and links into a root file system."""
    for name, text in FILES.items():
        path = root / name
        path.unlink(missing_ok=True)  # a link of the distribution's would lead out of the image
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name, target in LINKS.items():
        (root / name).unlink(missing_ok=True)
        (root / name).symlink_to(target)
    (root / "etc/machine-id").write_text("", encoding="utf-8")  # each machine makes its own
