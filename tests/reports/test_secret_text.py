from __future__ import annotations

import base64
from pathlib import Path

import pytest

from rehearsal.graph import SECRET
from reports.secret_text import masked_text

ROOT = Path(__file__).parents[2]
KEY = "hunter22Zq"
HIDDEN = base64.b64encode(f"SECRET_KEY={KEY} and more text".encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"mysql --password '{KEY}' x",
        f'mysql --password="{KEY}" x',
        f'tool --token "{KEY}"',
        f"tool --api-key\t{KEY}",
        f"mysql -h db -p{KEY}",
        f'echo {{"password":"{KEY}"}} > f',
        f'cat > f <<E\n{{"db":{{"password":"{KEY}"}}}}\nE',
        f'bash -c "echo {{\\"password\\":\\"{KEY}\\"}}"',
        f"password:{KEY}",
        f"db: {{password: {KEY}}}",
        f"failed for x, password: {KEY}",
        f"password: |\n  {KEY}\n",
        f"db:\n  - password: >-\n      first\n      {KEY}\n",
        f"SECRET_KEY=ab;{KEY}",
        f"SECRET_KEY=ab&{KEY}",
        f"SECRET_KEY=ab,{KEY}",
        f"SECRET_KEY=(a){KEY}",
        f"SECRET_KEY=ab'{KEY}'",
        f"SECRET_KEY='it\\'s {KEY}'",
        f"SECRET_KEY='it'\\''s {KEY}'",
        f'SECRET_KEY="first\n{KEY}"',
        f"export SECRET_KEY=\\\n{KEY}",
        f"if (password === '{KEY}')",
        f"PASSWORD=$x{KEY}",
        f"PASSWORD=$X-{KEY}",
        f"PASSWORD=${{X:-{KEY}}}",
        f"PASSWORD=/{KEY}/abc",
        f"PASSWORD=arn:{KEY}",
        f"Authorization: ApiKey {KEY}",
        f"curl -H 'authorization: {KEY}'",
        f'{{"Authorization":"ApiKey {KEY}"}}',
        f'where {{"StringEquals":{{"aws:Referer":["{KEY}"]}}}}',
        f"machine x login y password {KEY}",
        f"<db-password>{KEY}</db-password>",
        f"https://hooks.slack.com/services/T000/B000/{KEY}",
        f"https://discord.com/api/webhooks/1/{KEY}",
        f"glpat-{KEY}{KEY}",
        f"sk-proj-{KEY}{KEY}",
        f"sk-ant-{KEY}{KEY}",
        f"content: {HIDDEN}",
        f"CONTENT={HIDDEN}",
        f"write '{HIDDEN}' to it",
    ],
)
def test_a_secret_in_a_text_is_masked(text: str) -> None:
    found = masked_text(text)
    assert KEY not in found
    assert HIDDEN not in found
    assert SECRET in found
    assert masked_text(found) == found


def test_what_stands_around_a_secret_stays() -> None:
    text = 'export DB_PASSWORD=\'{key}\'; systemctl start web && echo {{"token":"{key}","port":1}}'
    assert masked_text(text.format(key=KEY)) == text.format(key=SECRET)


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:/product/dev/KEY-AbCdEf",
        "SECRET=arn:aws:secretsmanager:eu-central-1:123456789012:secret:/x",
        "PASSWORD=$PASSWORD TOKEN=${TOKEN} SECRET=$(aws ssm get-parameter --name /x/y)",
        "ORIGIN_SECRET=/product/dev/ORIGIN_SECRET",
        "PASSWORD_FILE=/run/secrets/password --password-file /etc/x/password token=/run/token",
        '{"Statement":[{"Effect":"Allow","Action":["secretsmanager:GetSecretValue","iam:PassRole"],"Resource":"*"}]}',
        '{"StringLike":{"token.actions.githubusercontent.com:sub":["repo:owner/name:ref:refs/heads/main"]}}',
        "17 3 * * * root /usr/local/bin/rotate-secrets --days 30 >/dev/null 2>&1",
        "location /api/token/ { proxy_pass http://unix:/run/web.sock; }",
        "proxy_set_header Authorization $http_authorization;",
        "auth_basic_user_file /etc/nginx/htpasswd;",
        "permissions:\n  id-token: write\n  secrets: inherit\n",
        "http_tokens: required, manage_password: true",
        "creates origin-secret: nobody has described it",
        "password: {{ password }} ${{ secrets.TOKEN }}",
        "password: str, token: None",
        "authorization: NONE",
        "mkdir -p /srv/x; ssh -p 22 host; docker run --user 1000",
        "https://docs.example/secrets?page=2#token",
        base64.b64encode(b"nothing to hide in this text, truly").decode(),
        "sha512-" + base64.b64encode(bytes(range(64))).decode(),
    ],
)
def test_a_text_without_a_secret_stays_as_it_is(text: str) -> None:
    assert masked_text(text) == text


@pytest.mark.parametrize("folder", ["nginx", "systemd", "user_data", "cloudfront", "cloudwatch", "ssm", "maintenance"])
def test_the_platforms_own_files_stay_as_they_are(folder: str) -> None:
    files = [file for file in (ROOT / "templates" / folder).iterdir() if file.suffix != ".png"]
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert masked_text(text) == text


def test_the_rendered_user_data_stays_as_it_is() -> None:
    from infra.config_across import environment
    from infra.rendering import user_data

    text = user_data(environment(ROOT, "dev"), "dev")
    assert masked_text(text) == text
