"""Every path of the product's backend."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.static import serve
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework_simplejwt.views import TokenRefreshView

from diceytech.views import DocsView, HealthView, private_file

urlpatterns = [
    path("api/health/", HealthView.as_view(), name="health"),
    path("api/schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("api/docs/", DocsView.as_view(url_name="schema", metadata_class=None), name="docs"),
    path("api/token/refresh/", TokenRefreshView.as_view(), name="token-refresh"),
    path("api/", include("accounts.urls")),
    path("api/", include("projects.urls")),
    path("api/", include("jobs.urls")),
    path("api/", include("hackathons.urls")),
    path("api/", include("notifications.urls")),
    path("admin/", admin.site.urls),
]
if not settings.AWS_STORAGE_BUCKET_NAME:
    urlpatterns += [
        path("api/files/<path:signed>", private_file, name="private-file"),
        re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT}),
    ]

handler400 = "diceytech.views.bad_request"
handler403 = "diceytech.views.forbidden"
handler404 = "diceytech.views.not_found"
handler500 = "diceytech.views.server_error"
