"""What real builds and real buckets hold: odd names, empty and large files, links."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import website_world
from fault_proxy import Asked, Fault, fault_proxy
from moto_loopback import Loopback, loopback
from website_world import ACCESS, FIRST, QUICK, REGION, SECOND, SECRET, World, credentials, quiet

from infra.errors import PlatformError
from scripts.aws.credentials import provider
from scripts.website.bucket import Bucket, ConflictError, place
from scripts.website.deploy import carry_out
from scripts.website.headers import headers
from scripts.website.parallel import each

ODD = {
    "index.html": "page",
    "sub dir/with space.html": "a",
    "ünïcödé/日本.html": "b",
    "pages/[id]/{x}-a+b&c=d%20.js": "c",
    "it's (1)!~*$,;@=#?.txt": "d",
    "empty.css": "",
    "a'\"<>.txt": "e",
    "deep/er/and/deeper/x.json": "{}",
}


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """moto's S3, which keeps every key as it is where versitygw's is a file system."""
    with loopback() as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", aws.address)
        aws.client("s3").create_bucket(Bucket="odd")
        yield aws


def test_every_name_arrives_as_it_is(world: World) -> None:
    world.deploy(ODD)
    assert world.served() == ODD
    assert world.plan(ODD).empty
    world.deploy(FIRST)
    assert world.served().keys() - FIRST.keys() == {
        "pages/[id]/{x}-a+b&c=d%20.js",
        "empty.css",
        *["deep/er/and/deeper/x.json"],
    }


def test_headers_arrive_as_planned(world: World) -> None:
    world.deploy(FIRST)
    for key in FIRST:
        found = world.s3.head(key)
        assert found is not None
        assert found.headers == headers(key)


@pytest.mark.slow
def test_a_file_over_the_multipart_limit_arrives_whole_and_is_not_sent_twice(world: World) -> None:
    build = world.build(FIRST)
    content = random.Random(1).randbytes(64 * 1024 * 1024 + 17)  # noqa: S311 - any bytes will do
    (build / "film.mp4").write_bytes(content)
    world.deploy(build)
    found = world.s3.get("film.mp4")
    assert found is not None
    assert found.body == content
    assert (found.headers, found.etag[-2:]) == (headers("film.mp4"), "-9")
    assert world.plan(build).empty
    (build / "film.mp4").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert [one.file.key for one in world.plan(build).uploads] == ["film.mp4", "config.json"]


def test_a_part_that_fails_is_sent_again(world: World) -> None:
    build = world.build(FIRST)
    (build / "film.mp4").write_bytes(bytes(20 * 1024 * 1024))
    failed: list[str] = []

    def second(asked: Asked) -> Fault:
        if "partNumber=2" in asked.target and not failed:
            failed.append("busy")
            return "busy"
        return "none"

    with fault_proxy(world.server, second) as proxy:
        world.deploy(build, through=proxy.address)
    assert failed
    found = world.s3.get("film.mp4")
    assert found is not None
    assert found.body == bytes(20 * 1024 * 1024)


def test_a_linked_file_is_deployed_as_a_file(world: World) -> None:
    build = world.build(FIRST)
    (build / "copy.png").symlink_to("logo.png")
    world.deploy(build)
    assert world.served()["copy.png"] == FIRST["logo.png"]


def test_a_file_that_vanishes_meanwhile_ends_the_deploy_with_its_name(world: World) -> None:
    build, site = world.build(FIRST), world.site()
    plan = world.plan(build, site)
    (build / "logo.png").unlink()
    with pytest.raises(PlatformError, match=r"logo\.png: cannot be read"):
        carry_out(site, plan, quiet)
    assert world.served().keys() <= FIRST.keys() - {"index.html"}


@pytest.mark.parametrize(
    "key", ["a//b.txt", "folder/", "//", "x y+z.txt", "ü&<.txt", "tab\there.txt", "bell\a.txt", "cr\r.txt"]
)
def test_every_key_that_s3_takes_is_listed_and_deleted(moto: Loopback, key: str) -> None:
    s3 = moto.client("s3")
    s3.put_object(Bucket="odd", Key=key, Body=b"x")
    bucket = Bucket(place("odd", REGION), credentials, QUICK)
    assert list(bucket.list()) == [key]
    assert bucket.get(key) is not None
    bucket.delete([key])
    assert bucket.list() == {}


def test_each_request_that_deletes_can_be_refused(moto: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = ["bell\a.txt", "bell\b.txt", "x", "y", "z"]
    for key in keys:
        moto.client("s3").put_object(Bucket="odd", Key=key, Body=b"x")
    bucket, asked = Bucket(place("odd", REGION), credentials, QUICK), list[int]()
    monkeypatch.setattr("scripts.website.bucket.DELETE_AT_ONCE", 2)
    bucket.delete(keys, before_each=lambda: asked.append(len(bucket.list())))
    assert asked == [5, 4, 3, 1]


BY_HAND = {
    "ContentEncoding": "gzip",
    "ContentDisposition": "attachment",
    "ContentLanguage": "de",
    "Expires": datetime(2026, 1, 1, tzinfo=UTC),
    "WebsiteRedirectLocation": "/elsewhere",
}


@pytest.mark.parametrize("name", BY_HAND)
def test_verify_finds_what_no_deploy_gives_an_object_and_takes_it_off(
    moto: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    world = World(bucket="odd", server=moto.address, directory=tmp_path, monkeypatch=monkeypatch)
    world.deploy(FIRST)
    world.deploy(SECOND)
    s3, touched = moto.client("s3"), {"logo.png": SECOND, "assets/main.1a2b3c4d.js": FIRST}
    for key, build in touched.items():
        kept = {"ContentType": headers(key).content_type, "CacheControl": headers(key).cache_control}
        s3.put_object(Bucket="odd", Key=key, Body=build[key].encode(), **kept, **{name: BY_HAND[name]})
    site = world.site(verify=True)
    carry_out(site, world.plan(SECOND, site), quiet)
    assert [key for key in touched if name in s3.head_object(Bucket="odd", Key=key)] == []
    assert world.plan(SECOND, world.site(verify=True)).empty


AMBIENT = {
    "AWS_REQUEST_PAYER": "true",
    "AWS_S3_EXPRESS": "true",
    "AWS_SKIP_SIGNATURE": "true",
    "AWS_CONDITIONAL_PUT": "nonsense",
    "AWS_COPY_IF_NOT_EXISTS": "nonsense",
    "AWS_DISABLE_TAGGING": "nonsense",
    "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true",
    "AWS_BUCKET": "another",
    "AWS_ENDPOINT": "http://127.0.0.1:1",
    "AWS_PROXY_URL": "http://127.0.0.1:1",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "ALL_PROXY": "http://127.0.0.1:1",
}


@pytest.mark.parametrize("name", AMBIENT)
def test_no_variable_changes_how_files_are_written(world: World, name: str) -> None:
    for proxy in ("NO_PROXY", "no_proxy", "http_proxy", "all_proxy", *AMBIENT):
        world.monkeypatch.delenv(proxy, raising=False)
    world.monkeypatch.setenv(name, AMBIENT[name])
    with fault_proxy(world.server) as proxy:
        world.deploy(FIRST, through=proxy.address)
        written = [one for one in proxy.asked if one.path == f"/{world.bucket}/logo.png" and one.method == "PUT"]
    assert len(written) == 1
    assert "authorization" in written[0].headers
    assert "x-amz-request-payer" not in written[0].headers
    assert world.served() == FIRST


@pytest.mark.parametrize("name", ["AWS_SERVER_SIDE_ENCRYPTION", "AWS_CHECKSUM_ALGORITHM"])
def test_a_variable_that_cannot_be_passed_over_is_refused(world: World, name: str) -> None:
    world.monkeypatch.setenv(name, "aws:kms")
    with pytest.raises(PlatformError, match=f"{name}: would change how the files are written; unset it"):
        world.deploy(FIRST)
    assert world.served() == {}


def test_keys_that_cannot_be_renewed_in_the_middle_end_the_deploy_in_a_line(world: World) -> None:
    answer, config = world.directory / "answer", world.directory / "config"
    keys = {"Version": 1, "AccessKeyId": ACCESS, "SecretAccessKey": SECRET}
    soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()  # renewed before each request
    answer.write_text(json.dumps({**keys, "Expiration": soon}))
    config.write_text(f"[default]\ncredential_process = cat {answer}\n")
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        world.monkeypatch.delenv(name)
    world.monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    world.monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)

    def since_the_first_file(asked: Asked) -> Fault:
        if asked.method == "PUT" and "/assets/" in asked.path:
            answer.write_text("<html>log in again</html>")
        return "none"

    with world.monkeypatch.context() as patch:
        patch.setattr(website_world, "credentials", provider(REGION))
        with (
            fault_proxy(world.server, since_the_first_file) as proxy,
            pytest.raises(PlatformError, match=r"no usable AWS credentials .*JSONDecodeError") as told,
        ):
            world.deploy(FIRST, through=proxy.address)
    assert "\n" not in str(told.value)
    assert "index.html" not in world.served()


def test_a_long_list_is_read_page_by_page(world: World) -> None:
    s3 = world.s3
    keys = [f"{number:04d} & more" if number % 1000 == 7 else f"{number:04d}" for number in range(1002)]
    each(lambda key: s3.put(key, b"", headers(key)), keys, at_once=8)
    assert list(s3.list()) == keys
    s3.delete(keys)
    assert s3.list() == {}


def test_an_interrupt_waits_for_what_is_under_way() -> None:
    started, over, ended = threading.Event(), threading.Event(), list[int]()

    def work(item: int) -> None:
        started.set()
        over.wait(0.5)  # set where nobody waits for this
        ended.append(item)

    def interrupt() -> None:
        started.wait()
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        threading.Thread(target=interrupt).start()
        with pytest.raises(KeyboardInterrupt):
            each(work, [1, 2], at_once=1)
        assert ended == [1]
    finally:
        over.set()
        signal.signal(signal.SIGINT, before)


def test_a_conditional_write_is_refused_where_somebody_was_faster(world: World) -> None:
    s3 = world.s3
    first = s3.put("x", b"1", headers("x"), only_new=True)
    with pytest.raises(ConflictError):
        s3.put("x", b"2", headers("x"), only_new=True)
    s3.put("x", b"2", headers("x"), only_over=first)
    with pytest.raises(ConflictError):
        s3.put("x", b"3", headers("x"), only_over=first)
    found = s3.get("x")
    assert found is not None
    assert found.body == b"2"


def test_what_is_not_there_is_none(world: World) -> None:
    assert world.s3.get("nothing") is None
    assert world.s3.head("nothing") is None


def test_a_bucket_that_does_not_exist_is_told_as_s3_tells_it(world: World) -> None:
    world.bucket = "another"
    with pytest.raises(PlatformError, match="NoSuchBucket"):
        world.deploy(FIRST)
