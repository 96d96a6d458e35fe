"""Paths of the website that infrastructure and deploys must agree on."""

from __future__ import annotations

# CloudFront sends these to Django unless `website.backend_paths` says otherwise.
BACKEND_PATHS = ("/api/*", "/admin/*", "/static/*")
MEDIA_PATH = "/media/*"  # CloudFront sends it to the media bucket

# Keys of the website's bucket that are the deploys' own: releases and what a rollback needs. The CDN may not read them.
RELEASES_PREFIX = ".releases/"
KEEP_RELEASES = 5  # unless `website.keep_releases` says otherwise
