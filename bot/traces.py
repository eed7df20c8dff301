"""Traces over OpenTelemetry, where an endpoint is set: how long things take, and nothing of what they are about."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

SHOWN: Final = frozenset(("http.status_code", "http.response.status_code", "http.request.method", "http.method"))
"""Attributes of other libraries that may leave: what Graph's SDK writes of addresses and ids is left out."""
OWN: Final = "carnet."

_tracer = trace.get_tracer("carnet")


@contextlib.contextmanager
def span(name: str, **attributes: str | int) -> Iterator[None]:
    """Measure a block; costs next to nothing where no traces are sent."""
    with _tracer.start_as_current_span(
        name, attributes={OWN + key: value for key, value in attributes.items()}, record_exception=False
    ):
        yield


@contextlib.contextmanager
def tracing(url: str, exporter: SpanExporter | None = None) -> Iterator[None]:
    """Send traces to `url` (OTLP over HTTP) while the block runs; an empty one sends none.

    Raises `ValueError` where the extra that sends them is not installed.
    """
    if not url:
        yield
        return
    provider = TracerProvider(resource=Resource({"service.name": "carnet"}))
    provider.add_span_processor(BatchSpanProcessor(DiscreetExporter(exporter or _make_exporter(url))))
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()


def _make_exporter(url: str) -> SpanExporter:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise ValueError("CARNET_TRACES_URL needs the extra: pip install 'carnet[traces]'") from error
    exporter: SpanExporter = OTLPSpanExporter(endpoint=url)
    return exporter


class DiscreetExporter(SpanExporter):
    """Passes spans on without what they say of people: no address, no URL, no text of an error."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans, each reduced to its name, its times and harmless attributes."""
        return self._inner.export([_reduce(one) for one in spans])

    def shutdown(self) -> None:
        """End."""
        self._inner.shutdown()


def _reduce(one: ReadableSpan) -> ReadableSpan:
    attributes: dict[str, Any] = {
        key: value for key, value in (one.attributes or {}).items() if key in SHOWN or key.startswith(OWN)
    }
    return ReadableSpan(
        name=one.name.split("?")[0].split("/")[0],
        context=one.context,
        parent=one.parent,
        resource=one.resource,
        attributes=attributes,
        kind=one.kind,
        status=trace.Status(one.status.status_code),
        start_time=one.start_time,
        end_time=one.end_time,
        instrumentation_scope=one.instrumentation_scope,
    )
