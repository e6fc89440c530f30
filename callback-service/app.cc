#include "callback-service/app.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "callback-service/core/voice.h"
#include "callback-service/grpc/grpc_call_ledger.h"
#include "callback-service/http/basic_auth.h"
#include "callback-service/http/routes.h"
#include "callback-service/http/webhook_endpoint.h"
#include "callback-service/metrics.h"
#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "common/http/admin_server.h"
#include "common/http/server.h"
#include "common/http/server_metrics.h"
#include "common/log/log.h"
#include "common/metrics/metrics.h"
#include "common/rpc/rpc.h"

namespace bw::callback_service {
namespace {

using std::chrono::milliseconds;

// Of a drain: how long the event store may take to answer the webhooks released to it.
constexpr milliseconds kReleaseLimit{1'000};
constexpr milliseconds kLedgerLimit{1'000};

PatienceOptions PatienceOf(const Config& config) {
  PatienceOptions options;
  options.hold = milliseconds(config.hold_ms);
  options.max_waits = config.max_waits;
  options.max_rings = config.max_rings;
  options.ring = milliseconds(config.ring_ms);
  options.waiting_sentence = config.waiting_sentence;
  options.apology_sentence = config.apology_sentence;
  options.voice = config.voice;
  options.username = config.username;
  options.password = config.password.Reveal();
  options.continue_url = [prefix = PathPrefix(config.base_url)](std::string_view call_id,
                                                                int wait) {
    return ContinueUrl(prefix, call_id, wait);
  };
  return options;
}

http::ServerOptions ServerOf(const Config& config) {
  http::ServerOptions options;
  options.host = config.host;
  options.port = config.port;
  options.threads = config.threads;
  options.max_connections = static_cast<std::size_t>(config.max_connections);
  return options;
}

GrpcCallLedgerOptions LedgerOf(const Config& config) {
  GrpcCallLedgerOptions options;
  options.tenant = config.tenant;
  options.max_waiting = static_cast<std::size_t>(config.max_waiting);
  return options;
}

}  // namespace

// In the order in which they are made and destroyed the other way round. Drain closes the ledger
// before that, so no answer of it finds the voice gone.
struct App::Parts {
  std::mutex held_mutex;  // guards held
  std::condition_variable held_changed;
  int held = 0;

  std::unique_ptr<metrics::Registry> own_registry;
  metrics::Registry* registry = nullptr;
  std::optional<Metrics> metrics;
  std::unique_ptr<Scheduler> scheduler;
  std::unique_ptr<GrpcCallLedger> ledger;
  std::unique_ptr<Voice> voice;
  std::unique_ptr<WebhookEndpoint> endpoint;
  std::unique_ptr<http::Server> server;
  std::shared_ptr<void> server_counters;
  std::unique_ptr<http::Server> admin;

  void CountHeld(int change);
  bool WaitUntilNoneIsHeld(milliseconds limit);
  Status Start(const Config& config, Dependencies dependencies);
  Status StartAdmin(const Config& config);
};

void App::Parts::CountHeld(int change) {
  metrics->held_webhooks.Increment(change);
  const std::lock_guard lock(held_mutex);
  held += change;
  if (held == 0) held_changed.notify_all();
}

bool App::Parts::WaitUntilNoneIsHeld(milliseconds limit) {
  std::unique_lock lock(held_mutex);
  return held_changed.wait_for(lock, limit, [this] { return held == 0; });
}

Status App::Parts::Start(const Config& config, Dependencies dependencies) {
  BW_ASSIGN_OR_RETURN(Patience patience, Patience::Create(PatienceOf(config)));
  if (dependencies.registry == nullptr) own_registry = std::make_unique<metrics::Registry>();
  registry = own_registry != nullptr ? own_registry.get() : dependencies.registry;
  metrics.emplace(*registry, RouteLabels(), EventTypeLabels());
  scheduler = MakeThreadScheduler();
  std::shared_ptr<grpc::Channel> channel = dependencies.event_store != nullptr
                                               ? std::move(dependencies.event_store)
                                               : rpc::Connect(config.event_store_address);
  ledger = std::make_unique<GrpcCallLedger>(std::move(channel), LedgerOf(config), *metrics,
                                            SystemClock(), *scheduler);
  VoiceOptions voice_options;
  voice_options.caller_store_wait = milliseconds(config.store_wait_ms);
  voice_options.on_held = [this](int change) { CountHeld(change); };
  voice = std::make_unique<Voice>(*ledger, std::move(patience), std::move(voice_options));
  endpoint = std::make_unique<WebhookEndpoint>(*voice, *ledger,
                                               BasicAuth(config.username, config.password.Reveal()),
                                               *metrics, SystemClock());
  BW_ASSIGN_OR_RETURN(server, http::StartServer(ServerOf(config), [this](auto exchange) {
                        endpoint->Handle(std::move(exchange));
                      }));
  server_counters = http::ExportCounters(*server, *registry, "callback");
  return own_registry != nullptr && config.admin_port >= 0 ? StartAdmin(config) : OkStatus();
}

Status App::Parts::StartAdmin(const Config& config) {
  http::AdminHooks hooks;
  hooks.metrics = [this] { return registry->Expose(); };
  hooks.ready = [this] { return ledger->Ready(); };
  BW_ASSIGN_OR_RETURN(
      admin, http::StartAdminServer({.host = config.admin_host, .port = config.admin_port}, hooks));
  return OkStatus();
}

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

App::~App() { Drain(milliseconds(0)); }

StatusOr<std::unique_ptr<App>> App::Start(const Config& config, Dependencies dependencies) {
  BW_ASSIGN_OR_RETURN(const log::Level level, log::ParseLevel(config.log_level));
  const bool owns_process = dependencies.registry == nullptr;
  auto parts = std::make_unique<Parts>();
  BW_RETURN_IF_ERROR(parts->Start(config, std::move(dependencies)));
  std::unique_ptr<App> app(new App(std::move(parts)));
  log::Info("service.ready", {{"service", "callback-service"},
                              {"url", "http://" + config.host + ":" + std::to_string(app->port())},
                              {"port", app->port()},
                              {"admin_port", app->admin_port()},
                              {"authentication", !config.username.empty()}});
  // Only now: whoever started the process waits for the line above, at every level.
  if (owns_process) log::SetLevel(level);
  return app;
}

int App::port() const { return parts_->server->port(); }

int App::admin_port() const { return parts_->admin == nullptr ? 0 : parts_->admin->port(); }

Status App::Ready() const { return parts_->ledger->Ready(); }

void App::Drain(milliseconds limit) {
  const auto end = SystemClock().Steady() + limit;
  const auto left = [end] {
    const auto rest = std::chrono::duration_cast<milliseconds>(end - SystemClock().Steady());
    return std::max(rest, milliseconds(0));
  };
  // First the callers: the store may still have a document for one of them; after that we do not
  // wait.
  parts_->voice->StopHolding();
  parts_->WaitUntilNoneIsHeld(std::min(left(), kReleaseLimit));
  parts_->voice->AnswerAll();
  parts_->server->Drain(left());
  parts_->ledger->Close(std::min(left(), kLedgerLimit));
}

}  // namespace bw::callback_service
