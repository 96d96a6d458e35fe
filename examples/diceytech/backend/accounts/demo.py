"""The demo data set: a few people with projects, jobs, hackathons and notifications."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now
from hackathons.models import Hackathon, Team, TeamMember
from jobs.models import Job, JobApplication
from notifications.models import Notification
from projects.models import Project, ProjectParticipation

from accounts.models import Education, Experience, Skill, User

EMAIL = "demo@example.com"
SKILLS = {
    "Python": "language",
    "TypeScript": "language",
    "Rust": "language",
    "Django": "framework",
    "React": "framework",
    "PostgreSQL": "database",
    "AWS": "cloud",
    "Design": "design",
}
PEOPLE = {"demo": ("Dana", "Reyes"), "amara": ("Amara", "Okafor"), "lukas": ("Lukas", "Brandt"), "mei": ("Mei", "Lin")}
DESCRIPTIONS = {
    "Open transit map": "A live map of late buses, from the city's open data. The feed is read; no map yet.",
    "Climate data hackathon": "Sixty years of weather in one weekend: clean it, chart it, and tell one story well.",
    "Recipe box": "A first full-stack project: log in, keep recipes, and share them with a link.",
    "Tiny ray tracer": "Spheres, mirrors and soft shadows in five hundred lines. One of them may be a macro.",
    "Accessible component kit": "Buttons, menus and dialogs that a screen reader likes as much as your designer does.",
}
PROJECTS = (
    ("Open transit map", "practice", "intermediate", "Maps", ("Python", "React"), None),
    ("Climate data hackathon", "hackathon", "advanced", "Data", ("Python", "PostgreSQL"), "2500.00"),
    ("Recipe box", "personal", "beginner", "Web", ("Django", "TypeScript"), None),
    ("Tiny ray tracer", "practice", "advanced", "Graphics", ("Rust",), None),
    ("Accessible component kit", "practice", "intermediate", "Design", ("React", "Design"), "300.00"),
)
JOBS = (
    ("Backend engineer", "Northwind", "full-time", "remote", "Europe", ("Python", "Django"), ("60000", "80000")),
    ("Frontend engineer", "Lumen Labs", "full-time", "hybrid", "Berlin", ("React", "TypeScript"), ("55000", "75000")),
    ("Cloud intern", "Skyforge", "internship", "on-site", "Lagos", ("AWS",), None),
)
HACKATHONS = (
    ("Green bits", "Software that uses less", "Porto", 58, None, "Measure a program, then halve what it burns."),
    ("Night shift", "Tools for those who work while we sleep", "", 31, "3000.00", "Ask a nurse first. Then build."),
    ("Build for good", "Civic technology", "Berlin", 14, "5000.00", "A tool that a local charity can use on Monday."),
)


@transaction.atomic
def create(password: str | None) -> User:
    """Makes the data unless it is there; the demo user gets the password, or none that works."""
    user = User.objects.filter(email=EMAIL).first()
    if user is None:
        user = _everything()
    if password is not None:
        user.set_password(password)
        user.save()
    return user


def _everything() -> User:
    skills = {name: Skill.objects.get_or_create(name=name, defaults={"category": of})[0] for name, of in SKILLS.items()}
    people = [
        User.objects.create_user(name, f"{name}@example.com", None, first_name=first, last_name=last)
        for name, (first, last) in PEOPLE.items()
    ]
    demo, others = people[0], people[1:]
    _profile(demo, skills)
    _projects(demo, others, skills)
    _jobs(demo, others, skills)
    _hackathons(others)
    return demo


def _profile(demo: User, skills: dict[str, Skill]) -> None:
    demo.bio, demo.location, demo.goals = "Builds things for the web.", "Lisbon", "Ship something people use."
    demo.save()
    demo.skills.set([skills["Python"], skills["React"]])
    Experience.objects.create(
        user=demo,
        title="Web developer",
        company="Small Studio",
        start_date="2022-03-01",
        description="Sites for local shops.",
        is_current=True,
    )
    Education.objects.create(
        user=demo,
        degree="BSc Informatics",
        school="University of Lisbon",
        start_date="2018-09-01",
        end_date="2021-07-01",
        description="Human-computer interaction.",
    )


def _projects(demo: User, others: list[User], skills: dict[str, Skill]) -> None:
    start = now()
    for number, (title, kind, difficulty, category, technologies, prize) in enumerate(PROJECTS):
        made = Project.objects.create(
            title=title,
            description=DESCRIPTIONS[title],
            project_type=kind,
            difficulty=difficulty,
            category=category,
            start_date=start,
            end_date=start + timedelta(days=30 + 10 * number),
            prize_amount=prize,
            organizer=others[number % len(others)] if number else demo,
        )
        made.technologies.set([skills[name] for name in technologies])
        for person in others[: number % 3 + 1]:
            ProjectParticipation.objects.create(project=made, user=person)
            if made.organizer == demo:
                _tell(demo, "project_joined", f"{person.display_name} joined {title}", f"/projects/{made.pk}")


def _jobs(demo: User, others: list[User], skills: dict[str, Skill]) -> None:
    for number, (title, company, kind, place, location, wanted, salary) in enumerate(JOBS):
        made = Job.objects.create(
            title=title,
            company=company,
            description=f"You join a team of six at {company} that ships every day, and own what you build.",
            requirements="Curiosity, care, and two years of practice or the equivalent.",
            job_type=kind,
            location_type=place,
            location=location,
            salary_min=salary[0] if salary else None,
            salary_max=salary[1] if salary else None,
            posted_by=others[number % len(others)],
        )
        made.skills_required.set([skills[name] for name in wanted])
        if not number:
            JobApplication.objects.create(job=made, applicant=demo, cover_letter="I would love to.", status="reviewed")
            _tell(demo, "application_status", f"Your application for {title} is reviewed", "/jobs")


def _hackathons(others: list[User]) -> None:
    for title, theme, location, days, prize, description in HACKATHONS:
        start = now() + timedelta(days=days)
        made = Hackathon.objects.create(
            title=title,
            description=description,
            theme=theme,
            location=location,
            start_date=start,
            end_date=start + timedelta(days=2),
            registration_deadline=start - timedelta(days=2),
            prize_amount=prize,
            organizer=others[0],
        )
        team = Team.objects.create(hackathon=made, name="Night owls", leader=others[1])
        TeamMember.objects.create(hackathon=made, team=team, user=others[1])


def _tell(user: User, kind: str, message: str, link: str) -> None:
    event = -Notification.objects.count() - 1  # no job made these: their numbers are below zero
    Notification.objects.create(recipient=user, kind=kind, message=message, link=link, event=event)
