"""What traces say, and what they leave out."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot.traces import DiscreetExporter, span, tracing


@pytest.fixture
def seen() -> InMemorySpanExporter:
    return InMemorySpanExporter()


def test_S19_a_span_leaves_without_addresses_urls_and_texts_of_errors(seen):
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(DiscreetExporter(seen)))
    with (
        pytest.raises(ValueError, match="jane"),
        provider.get_tracer("sdk").start_as_current_span(
            "GET users/jane@acme.example?x=1",
            attributes={"url.full": "https://graph/users/jane@acme.example", "carnet.rows": 2},
        ) as one,
    ):
        one.set_attribute("http.response.status_code", 503)
        raise ValueError("jane@acme.example")
    [left] = seen.get_finished_spans()
    assert "jane" not in left.to_json()
    assert dict(left.attributes) == {"carnet.rows": 2, "http.response.status_code": 503}
    assert left.end_time > left.start_time


def test_without_an_endpoint_nothing_is_set_up(seen):
    before = trace.get_tracer_provider()
    with tracing(""), span("work", rows=1):
        pass
    assert trace.get_tracer_provider() is before
