"""``wishloop serve``: database, web server and job worker together; ``wishloop worker`` alone."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from types import FrameType

import click

from wishloop.cli.main import data_option, open_instance, refuse, say
from wishloop.runtime import datadir, embedded

WEB_WORKERS = 2
STOP_SECONDS = 10


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            refuse(f"{host}:{port} 用不了（{error.strerror}）。请换一个端口，例如 PORT={port + 1} make run。")


@dataclass
class Child:
    """One process the server keeps alive."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0

    def start(self) -> None:
        """Start the process in this one's environment."""
        self.process = subprocess.Popen(self.command)  # noqa: S603
        self.started = time.monotonic()

    def watch(self) -> None:
        """Start the process again when it ended, waiting longer each time it fails quickly (1 s to 30 s)."""
        if self.process is None or self.process.poll() is None:
            return
        quick = time.monotonic() - self.started < 20
        self.failures = self.failures + 1 if quick else 0
        wait = min(30, 2**self.failures) if quick else 0
        say(f"{self.name} 意外退出（代码 {self.process.returncode}），{wait} 秒后重新启动…")
        time.sleep(wait)
        self.start()

    def stop(self) -> None:
        """Ask the process to end, and make it end after ten seconds."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--demo", is_flag=True, help="载入城关区演示数据")
@data_option
def serve(host: str, port: int, *, demo: bool) -> None:
    """启动网站和后台任务，按 Ctrl-C 停止。"""
    if os.environ.get("WISHLOOP_RATE_LIMITS", "").lower() == "off" and not _is_loopback(host):
        refuse(
            "WISHLOOP_RATE_LIMITS=off 只能用于本机地址（127.0.0.1）的压力测试。请去掉它，或改用 --host 127.0.0.1。"
        )
    if demo:
        os.environ["WISHLOOP_DEMO"] = "on"
    os.environ.setdefault("WISHLOOP_PUBLIC_URL", f"http://{host}:{port}")
    _check_port(host, port)
    data = datadir.data_dir()
    ours = not os.environ.get("DATABASE_URL") and not embedded.is_running(data)
    say("启动数据库…")
    open_instance(quiet=False)
    children = [
        Child("网站", _web_command(host, port)),
        Child("后台任务", [sys.executable, "-m", "wishloop", "worker"]),
    ]
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    for child in children:
        child.start()
    say(f"\n  心愿闭环已启动： http://{host}:{port}/\n")
    if demo:
        _load_demo(ended)
    _keep_running(children, ended, data if not os.environ.get("DATABASE_URL") else None)
    say("正在停止…")
    for child in reversed(children):
        child.stop()
    if ours:
        embedded.stop(data)
    say("已停止。")


def _web_command(host: str, port: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers",
        str(WEB_WORKERS), "--blocking-threads", "4", "--backpressure", "64", "--no-ws", "--log-level", "warning",
        "--respawn-failed-workers", "wishloop.config.wsgi:application",
    ]  # fmt: skip


def _load_demo(ended: threading.Event) -> None:
    """Load the demonstration while pages are already served; the terminal shows how far it is."""
    from wishloop.cli.demo import load_with_progress

    if load_with_progress(cancelled=ended.is_set):
        from django.conf import settings

        from wishloop.parties.queries import demo_accounts

        say(f"  演示账户（密码都是 {settings.DEMO_PASSWORD}）：")
        for user in demo_accounts():
            if user.username[-1].isdigit():
                continue  # the stewards of the fifteen subdistricts: steward01 to steward15
            say(f"    {user.username:<14} {user.display_name}")
        say("")


def _keep_running(children: list[Child], ended: threading.Event, data: object) -> None:
    """Watch the children, and the embedded database, until the end is asked for."""
    while not ended.wait(1):
        for child in children:
            child.watch()
        if data is not None and not embedded.is_running(datadir.data_dir()):
            say("数据库没有响应，正在重新启动…")
            try:
                embedded.ensure_running(datadir.data_dir())
            except embedded.EmbeddedDatabaseError as error:
                say(str(error))


@click.command()
@data_option
def worker() -> None:
    """只运行后台任务。"""
    open_instance()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    assert isinstance(app.connector, DjangoConnector)
    with app.replace_connector(app.connector.get_worker_connector()) as running:
        running.run_worker(name="wishloop", concurrency=2)
