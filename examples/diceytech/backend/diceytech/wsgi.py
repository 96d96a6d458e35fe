"""What gunicorn serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from diceytech.requests import TextOnly

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diceytech.settings")

application = TextOnly(get_wsgi_application())
