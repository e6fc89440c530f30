// Every metric of the tool service.
#pragma once

#include "common/metrics/metrics.h"

namespace bw::tool_service {

struct Metrics {
  explicit Metrics(metrics::Registry& registry)
      : calls_ok(Calls(registry, "ok")),
        calls_tool_error(Calls(registry, "tool_error")),
        calls_input_required(Calls(registry, "input_required")),
        calls_not_run(Calls(registry, "not_run")),
        calls_cancelled(Calls(registry, "cancelled")),
        calls_in_flight(registry.AddGauge("bw_tool_service_calls_in_flight",
                                          "Tool calls that have not been answered yet")),
        calls_refused(registry.AddCounter("bw_tool_service_calls_refused_total",
                                          "Tool calls refused because too many were in flight")),
        reads_in_flight(ReadsInFlight(registry)),
        reads_refused(ReadsRefused(registry)),
        call_seconds(registry.AddHistogram("bw_tool_service_call_seconds",
                                           "From the request for a tool call to its result",
                                           metrics::LatencyBuckets())),
        progress_dropped(
            registry.AddCounter("bw_tool_service_progress_dropped_total",
                                "Progress messages dropped because the client reads too slowly")),
        logs_dropped(registry.AddCounter(
            "bw_tool_service_log_messages_dropped_total",
            "Log messages of tools dropped because the client reads too slowly")),
        catalogue_watchers(registry.AddGauge("bw_tool_service_catalogue_watchers",
                                             "Clients that are told of catalogue changes")),
        catalogue_watchers_refused(
            registry.AddCounter("bw_tool_service_catalogue_watchers_refused_total",
                                "Clients refused because too many watch the catalogue")),
        lists_prepared(Lists(registry, "prepared")),
        lists_built(Lists(registry, "built")),
        tools(registry.AddGauge("bw_tool_service_tools", "Tools that are loaded")),
        refreshes_changed(Refreshes(registry, "changed")),
        refreshes_unchanged(Refreshes(registry, "unchanged")),
        refreshes_failed(Refreshes(registry, "failed")),
        documents_compiled(
            registry.AddCounter("bw_tool_service_documents_from_cache_total",
                                "OpenAPI documents that were not parsed because what was made of "
                                "the same text was kept")),
        documents_failed(registry.AddGauge("bw_tool_service_documents_failed",
                                           "OpenAPI documents that could not be loaded")),
        upstream_answers(Exchanges(registry, "answer")),
        upstream_refusals(Exchanges(registry, "refusal")),
        upstream_failures(Exchanges(registry, "failure")),
        upstream_seconds(registry.AddHistogram("bw_tool_service_upstream_seconds",
                                               "One exchange with an API, retries counted apart",
                                               metrics::LatencyBuckets())),
        upstream_retries(registry.AddCounter("bw_tool_service_upstream_retries_total",
                                             "Exchanges with an API that were repeated")),
        upstream_redirects(registry.AddCounter("bw_tool_service_upstream_redirects_total",
                                               "Redirections of APIs that were followed")),
        refused_breaker(Refused(registry, "breaker")),
        refused_redirect(Refused(registry, "redirect")),
        refused_retry_room(Refused(registry, "retry_room")),
        refused_in_flight(Refused(registry, "in_flight")),
        refused_answer_bytes(Refused(registry, "answer_bytes")),
        breakers_open(registry.AddGauge("bw_tool_service_breakers_open",
                                        "API hosts left alone now because they keep failing")),
        breakers_opened(registry.AddCounter("bw_tool_service_breakers_opened_total",
                                            "How often an API host began to be left alone")),
        tokens_fetched(Tokens(registry, "ok")),
        tokens_failed(Tokens(registry, "error")),
        results_repeated(Repeated(registry)),
        lost_answers_found(LostAnswers(registry, "found")),
        lost_answers_unknown(LostAnswers(registry, "unknown")),
        confirmations_asked(Confirmations(registry, "asked")),
        confirmations_given(Confirmations(registry, "given")),
        confirmations_declined(Confirmations(registry, "declined")),
        confirmations_impossible(Confirmations(registry, "impossible")),
        callbacks_configured(Callbacks(registry, "ok")),
        callbacks_failed(Callbacks(registry, "failed")),
        event_store_up(registry.AddGauge("bw_tool_service_event_store_up",
                                         "1 while the event store answers")) {}

  metrics::Counter& calls_ok;
  metrics::Counter& calls_tool_error;
  metrics::Counter& calls_input_required;
  metrics::Counter& calls_not_run;
  metrics::Counter& calls_cancelled;
  metrics::Gauge& calls_in_flight;
  metrics::Counter& calls_refused;
  metrics::Gauge& reads_in_flight;
  metrics::Counter& reads_refused;
  metrics::Histogram& call_seconds;
  metrics::Counter& progress_dropped;
  metrics::Counter& logs_dropped;
  metrics::Gauge& catalogue_watchers;
  metrics::Counter& catalogue_watchers_refused;
  metrics::Counter& lists_prepared;
  metrics::Counter& lists_built;
  metrics::Gauge& tools;
  // Looks whether documents changed.
  metrics::Counter& refreshes_changed;
  metrics::Counter& refreshes_unchanged;
  metrics::Counter& refreshes_failed;
  metrics::Counter& documents_compiled;
  metrics::Gauge& documents_failed;
  // 1xx to 3xx, 4xx and 5xx, and no answer at all.
  metrics::Counter& upstream_answers;
  metrics::Counter& upstream_refusals;
  metrics::Counter& upstream_failures;
  metrics::Histogram& upstream_seconds;
  metrics::Counter& upstream_retries;
  metrics::Counter& upstream_redirects;
  metrics::Counter& refused_breaker;
  metrics::Counter& refused_redirect;
  metrics::Counter& refused_retry_room;
  metrics::Counter& refused_in_flight;
  metrics::Counter& refused_answer_bytes;
  metrics::Gauge& breakers_open;
  metrics::Counter& breakers_opened;
  metrics::Counter& tokens_fetched;
  metrics::Counter& tokens_failed;
  metrics::Counter& results_repeated;
  metrics::Counter& lost_answers_found;
  metrics::Counter& lost_answers_unknown;
  metrics::Counter& confirmations_asked;
  metrics::Counter& confirmations_given;
  metrics::Counter& confirmations_declined;
  metrics::Counter& confirmations_impossible;
  // Applications made to report here at the start; attempts that will be repeated do not count.
  metrics::Counter& callbacks_configured;
  metrics::Counter& callbacks_failed;
  metrics::Gauge& event_store_up;

 private:
  static metrics::Counter& Exchanges(metrics::Registry& registry, const char* result) {
    return registry.AddCounter("bw_tool_service_upstream_exchanges_total",
                               "Exchanges with APIs by how they ended", {{"result", result}});
  }
  static metrics::Gauge& ReadsInFlight(metrics::Registry& registry) {
    return registry.AddGauge("bw_tool_service_reads_in_flight",
                             "Resources and completions that are being read");
  }
  static metrics::Counter& ReadsRefused(metrics::Registry& registry) {
    return registry.AddCounter("bw_tool_service_reads_refused_total",
                               "Resources and completions refused because too many were read");
  }
  static metrics::Counter& Refused(metrics::Registry& registry, const char* reason) {
    return registry.AddCounter("bw_tool_service_upstream_refused_total",
                               "Requests to APIs that were refused or given up, by the limit",
                               {{"reason", reason}});
  }
  static metrics::Counter& Refreshes(metrics::Registry& registry, const char* result) {
    return registry.AddCounter("bw_tool_service_catalogue_refreshes_total",
                               "Looks whether documents changed, by what came of them",
                               {{"result", result}});
  }
  static metrics::Counter& LostAnswers(metrics::Registry& registry, const char* result) {
    return registry.AddCounter("bw_tool_service_lost_answers_total",
                               "Calls whose answer was lost, by whether it was found out what "
                               "came of them",
                               {{"result", result}});
  }
  static metrics::Counter& Confirmations(metrics::Registry& registry, const char* result) {
    return registry.AddCounter("bw_tool_service_confirmations_total",
                               "Persons asked before a costly or destructive call, and their "
                               "answers; impossible: the client could not ask",
                               {{"result", result}});
  }
  static metrics::Counter& Tokens(metrics::Registry& registry, const char* result) {
    return registry.AddCounter("bw_tool_service_tokens_total", "Access tokens asked for",
                               {{"result", result}});
  }
  static metrics::Counter& Repeated(metrics::Registry& registry) {
    return registry.AddCounter("bw_tool_service_results_repeated_total",
                               "First results given again for their idempotency_key");
  }
  static metrics::Counter& Callbacks(metrics::Registry& registry, const char* result) {
    return registry.AddCounter("bw_tool_service_callback_setups_total",
                               "Applications made to report here at the start, by what came of it",
                               {{"result", result}});
  }
  static metrics::Counter& Calls(metrics::Registry& registry, const char* result) {
    return registry.AddCounter("bw_tool_service_calls_total", "Tool calls by how they ended",
                               {{"result", result}});
  }
  static metrics::Counter& Lists(metrics::Registry& registry, const char* source) {
    return registry.AddCounter("bw_tool_service_lists_total",
                               "Lists of tools, by whether the answer stood ready",
                               {{"source", source}});
  }
};

}  // namespace bw::tool_service
