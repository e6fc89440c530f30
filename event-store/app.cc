#include "event-store/app.h"

#include <algorithm>
#include <future>
#include <mutex>
#include <utility>

#include "common/clock/scheduler.h"
#include "common/http/admin_server.h"
#include "common/log/log.h"
#include "common/metrics/metrics.h"
#include "common/rpc/rpc.h"
#include "event-store/core/event_hub.h"
#include "event-store/core/retention.h"
#include "event-store/grpc/event_store_service.h"
#include "event-store/metrics.h"
#include "event-store/sqlite/sqlite_store.h"

namespace bw::event_store {
namespace {

constexpr std::chrono::milliseconds kProbeInterval{5'000};
constexpr std::chrono::milliseconds kEvictionInterval{1'000};
// Streams stay open as long as their clients live, so a stop does not wait for them; this long is
// left for outcomes on their way.
constexpr std::chrono::milliseconds kStreamGrace{500};

HubLimits LimitsOf(const Config& config) {
  HubLimits limits;
  limits.max_held = static_cast<std::size_t>(config.max_held);
  limits.max_event_waits = static_cast<std::size_t>(config.max_event_waits);
  limits.max_watchers = static_cast<std::size_t>(config.max_watchers);
  limits.watch.max_backlog_events = static_cast<std::size_t>(config.max_watch_backlog);
  limits.mail.max_bytes = static_cast<std::size_t>(config.max_mail_bytes);
  limits.state.max_watchers = limits.max_watchers;
  limits.state.watch.max_backlog_changes = limits.watch.max_backlog_events;
  return limits;
}

RetentionLimits RetentionOf(const Config& config) {
  RetentionLimits limits;
  limits.max_age = std::chrono::hours(config.retention_hours);
  limits.max_events = config.max_events;
  limits.max_calls = config.max_calls;
  limits.max_queued_age = std::chrono::minutes(config.queued_minutes);
  return limits;
}

class RunningApp : public App {
 public:
  explicit RunningApp(metrics::Registry* shared)
      : own_registry_(shared == nullptr ? std::make_unique<metrics::Registry>() : nullptr),
        registry_(shared == nullptr ? *own_registry_ : *shared),
        telemetry_(MakeMetrics(registry_)),
        scheduler_(MakeThreadScheduler()) {}

  ~RunningApp() override { Drain(std::chrono::milliseconds(0)); }

  Status Open(const Config& config);

  std::shared_ptr<grpc::Channel> InProcessChannel() override { return server_->InProcessChannel(); }
  int grpc_port() const override { return server_->port(); }
  int admin_port() const override { return admin_ == nullptr ? 0 : admin_->port(); }
  Status Ready() const override {
    const std::lock_guard lock(mutex_);
    return ready_;
  }
  void Drain(std::chrono::milliseconds limit) override;

 private:
  Status StartAdmin(const Config& config);
  void Probe();
  void OnProbe(const Status& status);
  void AwaitReleased(std::chrono::milliseconds limit);

  std::unique_ptr<metrics::Registry> own_registry_;
  metrics::Registry& registry_;
  std::unique_ptr<Telemetry> telemetry_;
  std::unique_ptr<EventHub> hub_;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<Retention> retention_;
  std::unique_ptr<EventStoreFrontend> frontend_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<http::Server> admin_;

  mutable std::mutex mutex_;  // guards all below
  Status ready_ = Unavailable("starting");
  bool stopping_ = false;
  bool drained_ = false;
  // Destroyed first: what it would still run uses the members above.
  std::unique_ptr<Scheduler> scheduler_;
};

Status RunningApp::Open(const Config& config) {
  hub_ = std::make_unique<EventHub>(LimitsOf(config), SystemClock(), *scheduler_, *telemetry_);
  SqliteOptions options;
  options.data_dir = config.data_dir;
  options.checkpoint.max_wal_bytes = config.max_wal_bytes;
  options.state = {config.max_state_entries, config.max_tenant_state_entries};
  BW_ASSIGN_OR_RETURN(store_, SqliteStore::Open(options, SystemClock(), *telemetry_, *hub_));
  hub_->Attach(*store_);
  frontend_ = MakeEventStoreFrontend(*hub_);
  rpc::ServerOptions serving;
  serving.listen = config.listen;
  BW_ASSIGN_OR_RETURN(server_, rpc::Server::Start(serving, {frontend_->service()}));
  if (own_registry_ != nullptr) BW_RETURN_IF_ERROR(StartAdmin(config));
  retention_ =
      std::make_unique<Retention>(Retention::Environment{*store_, *scheduler_, *telemetry_},
                                  RetentionOf(config), kEvictionInterval);
  retention_->Start();
  Probe();
  log::Info("service.ready", {{"service", "event-store"},
                              {"listen", config.listen},
                              {"port", grpc_port()},
                              {"admin_port", admin_port()},
                              {"data_dir", config.data_dir}});
  return OkStatus();
}

Status RunningApp::StartAdmin(const Config& config) {
  if (config.admin_port < 0) return OkStatus();
  http::AdminHooks hooks;
  hooks.metrics = [this] { return registry_.Expose(); };
  hooks.ready = [this] { return Ready(); };
  BW_ASSIGN_OR_RETURN(
      admin_, http::StartAdminServer({config.admin_host, config.admin_port}, std::move(hooks)));
  return OkStatus();
}

// A commit every few seconds: a full disk is noticed before a webhook meets it.
void RunningApp::Probe() {
  store_->Probe([this](const StatusOr<Nothing>& result) { OnProbe(result.status()); });
}

void RunningApp::OnProbe(const Status& status) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  if (status.ok() != ready_.ok() || status.code() != ready_.code()) {
    if (status.ok()) {
      log::Info("store.answers");
    } else {
      log::Error("store.fails", {{"error", ToString(status)}});
    }
    server_->SetServing(status.ok());
  }
  ready_ = status;
  scheduler_->After(kProbeInterval, [this] { Probe(); });
}

// Holds end with a commit, so a commit later they are answered; then the answers are to be written.
void RunningApp::AwaitReleased(std::chrono::milliseconds limit) {
  auto committed = std::make_shared<std::promise<void>>();
  std::future<void> commit = committed->get_future();
  store_->Probe([committed](const StatusOr<Nothing>&) { committed->set_value(); });
  if (limit.count() == 0) return;
  if (commit.wait_for(limit) != std::future_status::ready || !frontend_->Flush(limit)) {
    log::Warning("service.drain_incomplete", {{"limit_ms", limit.count()}});
  }
}

void RunningApp::Drain(std::chrono::milliseconds limit) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(drained_, true)) return;
    stopping_ = true;
    ready_ = Unavailable("shutting down");
  }
  if (retention_ != nullptr) retention_->Stop();
  if (store_ != nullptr && hub_ != nullptr && server_ != nullptr) {
    server_->SetServing(false);
    hub_->Release();
    AwaitReleased(limit);
  }
  if (server_ != nullptr) server_->Shutdown(std::min(limit, kStreamGrace));
  admin_.reset();
  if (store_ != nullptr) store_->Close();
  retention_.reset();
  scheduler_.reset();
  log::Info("service.stopped", {{"service", "event-store"}});
}

}  // namespace

StatusOr<std::unique_ptr<App>> App::Start(const Config& config, const Dependencies& dependencies) {
  BW_ASSIGN_OR_RETURN(const log::Level level, log::ParseLevel(config.log_level));
  log::SetLevel(level);
  auto app = std::make_unique<RunningApp>(dependencies.registry);
  BW_RETURN_IF_ERROR(app->Open(config));
  return std::unique_ptr<App>(std::move(app));
}

}  // namespace bw::event_store
