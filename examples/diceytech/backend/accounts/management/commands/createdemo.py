"""`manage.py createdemo`: the demo data set, made once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts import demo


class Command(BaseCommand):
    """Makes the demo data; running it again changes nothing but the password that is given."""

    help = "Make a demo data set: people, projects, jobs, a hackathon. Without --password nobody can log in as them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The demo user's password."""
        parser.add_argument("--password", help="Password of demo@example.com; for environments that anyone may see.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes it, and says who can log in."""
        user = demo.create(options.get("password"))
        if options["verbosity"]:
            self.stdout.write(f"{user.email}: the demo data is there")
