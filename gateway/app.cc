#include "gateway/app.h"

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "common/http/admin_server.h"
#include "common/http/server.h"
#include "common/http/server_metrics.h"
#include "common/http_client/http_client.h"
#include "common/log/log.h"
#include "common/metrics/metrics.h"
#include "common/rpc/rpc.h"
#include "gateway/core/dispatcher.h"
#include "gateway/core/readiness.h"
#include "gateway/core/request_identity.h"
#include "gateway/core/session_directory.h"
#include "gateway/core/sessions.h"
#include "gateway/core/subscriptions.h"
#include "gateway/core/web_address.h"
#include "gateway/grpc/grpc_event_feed.h"
#include "gateway/grpc/grpc_mailbox.h"
#include "gateway/grpc/grpc_shared_state.h"
#include "gateway/grpc/grpc_tool_provider.h"
#include "gateway/http/access_guard.h"
#include "gateway/http/legacy_sse.h"
#include "gateway/http/mcp_endpoint.h"
#include "gateway/metrics.h"
#include "gateway/oauth/oauth_authenticator.h"
#include "gateway/openssl/aead_sealer.h"
#include "gateway/openssl/openssl_crypto.h"
#include "gateway/openssl/static_tokens.h"
#include "gateway/openssl/tokens_file.h"
#include "gateway/stdio/stdio_server.h"

namespace bw::gateway {
namespace {

constexpr std::chrono::milliseconds kProbeInterval{2'000};
// The largest message of the tool service (16 MiB), grown by base64 and escaping.
constexpr std::size_t kMaxUnsentBytes = 32u << 20;

std::vector<std::string> SplitKeys(std::string_view list) {
  std::vector<std::string> keys;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (comma > 0) keys.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return keys;
}

// Tells once that something ended, whoever comes first: the end or the one who asks.
class FinishedSignal {
 public:
  void Listen(std::function<void()> listener) {
    {
      const std::lock_guard lock(mutex_);
      if (!finished_) {
        listener_ = std::move(listener);
        return;
      }
    }
    listener();
  }
  void Finish() {
    std::function<void()> listener;
    {
      const std::lock_guard lock(mutex_);
      finished_ = true;
      listener = std::move(listener_);
    }
    if (listener) listener();
  }

 private:
  std::mutex mutex_;  // guards all below
  bool finished_ = false;
  std::function<void()> listener_;
};

// What knows who may call, and how much.
class AccessControl {
 public:
  explicit AccessControl(const Config& config)
      : failures_(SystemClock(),
                  {.max_failures = config.max_auth_failures,
                   .window = std::chrono::milliseconds(config.auth_failure_window_ms)}),
        limits_(SystemClock(),
                {.requests_per_second = config.rate_per_second,
                 .burst = config.rate_burst,
                 .max_concurrent = static_cast<std::size_t>(config.max_concurrent_per_principal)}) {
  }

  Status Start(const Config& config, Scheduler& scheduler, Metrics& metrics) {
    std::vector<std::shared_ptr<Authenticator>> members;
    if (!config.auth_token.empty()) {
      members.push_back(std::make_shared<StaticTokens>(config.auth_token.Reveal(),
                                                       Principal{"token", config.tenant}));
    }
    if (!config.tokens_file.empty()) {
      auto opened =
          TokensFile::Open({config.tokens_file}, scheduler,
                           [&metrics](const auto& loaded) { metrics.TokensLoaded(loaded); });
      if (!opened.ok()) return Annotate(opened.status(), "BW_MCP_TOKENS_FILE");
      members.push_back(*std::move(opened));
    }
    if (!config.oauth_issuer.empty()) {
      oauth_ = MakeOauth(config, scheduler, metrics);
      members.push_back(oauth_);
    }
    if (!members.empty()) authenticator_ = std::make_unique<Authenticators>(std::move(members));
    return OkStatus();
  }

  AccessRules Rules(const Config& config, const std::string& endpoint_path) {
    AccessRules rules{.options = {IsLoopback(config.host), config.allowed_origins,
                                  config.allowed_hosts, Principal{"", config.tenant}},
                      .authenticator = authenticator_.get(),
                      .failures = failures_,
                      .limits = limits_};
    if (config.oauth_issuer.empty()) return rules;
    const Scopes scopes(config.oauth_scope_prefix);
    rules.resource.emplace(ProtectedResource{config.resource_url, {config.oauth_issuer}}, scopes,
                           endpoint_path);
    rules.challenges = Challenges(scopes, rules.resource->metadata_url());
    return rules;
  }

  /// Keeps the gauges up to date until Stop.
  void Export(metrics::Registry& registry, Metrics& metrics) {
    gauges_ = registry.BeforeExpose([this, &metrics] {
      metrics.SetAccessTables(
          {limits_.tracked(), failures_.tracked(), oauth_ ? oauth_->verified_tokens() : 0});
    });
  }

  /// Answers whoever waits for keys.
  void Stop() {
    gauges_.reset();
    authenticator_.reset();
    oauth_.reset();
  }

 private:
  std::shared_ptr<OauthAuthenticator> MakeOauth(const Config& config, Scheduler& scheduler,
                                                Metrics& metrics) {
    KeySource::Options keys{.issuer = config.oauth_issuer, .keys_url = config.oauth_jwks_url};
    keys.refresh = std::chrono::milliseconds(config.oauth_refresh_ms);
    keys.retry = std::chrono::milliseconds(config.oauth_retry_ms);
    return std::make_shared<OauthAuthenticator>(
        TokenRules{.issuer = config.oauth_issuer,
                   .audience = config.resource_url,
                   .tenant_claim = config.oauth_tenant_claim,
                   .tenant = config.tenant,
                   .scopes = Scopes(config.oauth_scope_prefix)},
        std::move(keys),
        OauthAuthenticator::Dependencies{
            http_client::MakeHttpClient(), SystemClock(), scheduler, crypto_,
            [&metrics](const auto& fetched) { metrics.KeysFetched(fetched); }});
  }

  const OpensslCrypto crypto_;
  FailureThrottle failures_;
  PrincipalLimits limits_;
  std::shared_ptr<OauthAuthenticator> oauth_;
  std::unique_ptr<Authenticators> authenticator_;
  std::shared_ptr<void> gauges_;
};

class RunningApp : public App {
 public:
  RunningApp(const Config& config, Dependencies dependencies, std::unique_ptr<AeadSealer> sealer)
      : config_(config),
        own_registry_(dependencies.registry == nullptr ? std::make_unique<metrics::Registry>()
                                                       : nullptr),
        registry_(own_registry_ ? own_registry_.get() : dependencies.registry),
        metrics_(*registry_),
        sealer_(std::move(sealer)),
        event_store_(dependencies.event_store ? std::move(dependencies.event_store)
                                              : rpc::Connect(config.event_store_address)),
        shared_state_(MakeSharedState(config, event_store_)),
        directory_(shared_state_.get(), SystemClock(), metrics_, DirectoryLimitsOf(config)),
        sessions_(SystemClock(), *sealer_, directory_),
        request_ids_(SystemClock()),
        scheduler_(MakeThreadScheduler()),
        provider_(std::make_unique<GrpcToolProvider>(
            dependencies.tool_service ? std::move(dependencies.tool_service)
                                      : rpc::Connect(config.tool_service_address),
            GrpcProviderOptions{.call_timeout = std::chrono::milliseconds(config.call_timeout_ms),
                                .call_tool = std::move(dependencies.call_tool)})),
        mailbox_(MakeMailbox(config, event_store_)),
        questions_(*sealer_, mailbox_.get(), *scheduler_, metrics_, QuestionLimitsOf(config)),
        request_states_(SystemClock(), *sealer_),
        event_feed_(std::make_unique<GrpcEventFeed>(event_store_)),
        subscriptions_({event_feed_.get(), *provider_, *scheduler_, SystemClock(), metrics_},
                       SubscriptionLimitsOf(config)),
        dispatcher_({*provider_, metrics_, SystemClock(), sessions_, questions_, request_states_,
                     directory_, subscriptions_},
                    {"bandwidth-mcp", "Bandwidth", BW_VERSION}, CatalogueLimitsOf(config)),
        readiness_(std::make_shared<Readiness>(*provider_, *scheduler_,
                                               Audience{config.tenant, Transport::kHttp, {}},
                                               kProbeInterval)),
        access_(config) {}

  ~RunningApp() override {
    readiness_->Stop();
    admin_.reset();
    server_counters_.reset();
    server_.reset();
    access_.Stop();
    stdio_.reset();
    questions_.Stop();
    StopPushing();
    // All wait for what is under way, which still uses everything else.
    provider_.reset();
    mailbox_.reset();
    shared_state_.reset();
    scheduler_.reset();
  }

  Status Serve(int in, int out) {
    readiness_->Probe();
    directory_.Start();
    BW_RETURN_IF_ERROR(config_.transport == "stdio" ? ServeStdio(in, out) : ServeHttp());
    return ServeAdmin();
  }

  int port() const override { return server_ ? server_->port() : 0; }
  int admin_port() const override { return admin_ ? admin_->port() : 0; }
  Status Ready() const override { return readiness_->status(); }
  void OnFinished(std::function<void()> finished) override {
    finished_.Listen(std::move(finished));
  }

  void Drain(std::chrono::milliseconds limit) override {
    // Streams would be in flight for ever; on stdio the server ends them itself.
    if (server_) subscriptions_.EndAll();
    if (stdio_) stdio_->Stop(limit);
    if (server_ && !server_->Drain(limit)) {
      log::Warning("drain.cut", {{"limit_ms", static_cast<std::int64_t>(limit.count())}});
    }
    // The other services stop next; gRPC ends the process when an in-process channel is asked after
    // that.
    questions_.Stop();
    readiness_->Stop();
    StopPushing();
  }

  void LogReady() const {
    const bool bare_ipv6 = config_.host.find(':') != std::string::npos && config_.host[0] != '[';
    const std::string host = bare_ipv6 ? "[" + config_.host + "]" : config_.host;
    const std::string url = "http://" + host + ":" + std::to_string(port()) + "/mcp";
    log::Info("service.ready", {{"service", "gateway"},
                                {"transport", config_.transport},
                                {"url", server_ ? url : std::string()},
                                {"port", port()},
                                {"admin_port", admin_port()}});
  }

 private:
  // A spawned server has one client, which is the connection; nobody else could know it.
  static std::unique_ptr<SharedState> MakeSharedState(
      const Config& config, const std::shared_ptr<grpc::Channel>& event_store) {
    if (config.transport == "stdio") return nullptr;
    return std::make_unique<GrpcSharedState>(event_store);
  }

  static DirectoryLimits DirectoryLimitsOf(const Config& config) {
    DirectoryLimits limits;
    limits.max_sessions_per_principal = static_cast<std::size_t>(config.max_sessions_per_principal);
    limits.max_uris_per_session = static_cast<std::size_t>(config.max_subscriptions_per_stream);
    limits.max_uris_per_principal =
        static_cast<std::size_t>(config.max_subscriptions_per_principal);
    return limits;
  }

  static SubscriptionLimits SubscriptionLimitsOf(const Config& config) {
    SubscriptionLimits limits;
    limits.max_streams = static_cast<std::size_t>(config.max_streams);
    limits.max_streams_per_principal = static_cast<std::size_t>(config.max_streams_per_principal);
    limits.max_uris_per_stream = static_cast<std::size_t>(config.max_subscriptions_per_stream);
    limits.max_uris_per_principal =
        static_cast<std::size_t>(config.max_subscriptions_per_principal);
    return limits;
  }

  void StopPushing() {
    subscriptions_.Stop();
    directory_.Stop();
  }

  static CatalogueLimits CatalogueLimitsOf(const Config& config) {
    CatalogueLimits limits;
    // With authentication, what a shared cache keeps could be shown to somebody without.
    limits.shared = !NeedsAuthentication(config) && config.transport == "http";
    return limits;
  }

  static QuestionLimits QuestionLimitsOf(const Config& config) {
    QuestionLimits limits;
    limits.patience = std::chrono::milliseconds(config.call_timeout_ms);
    return limits;
  }

  // A client on stdio has this process to itself.
  static std::unique_ptr<Mailbox> MakeMailbox(const Config& config,
                                              const std::shared_ptr<grpc::Channel>& event_store) {
    if (config.transport == "stdio") return nullptr;
    return std::make_unique<GrpcMailbox>(event_store);
  }

  Status ServeHttp() {
    EndpointOptions options;
    options.decode.max_bytes = static_cast<std::size_t>(config_.max_body_bytes);
    options.max_concurrent_requests = static_cast<std::size_t>(config_.max_concurrent_requests);
    options.max_stream_unsent_bytes = static_cast<std::size_t>(config_.max_stream_unsent_bytes);
    if (!NeedsAuthentication(config_) && !IsLoopback(config_.host)) {
      log::Warning("access.open", {{"host", config_.host}});
    }
    BW_RETURN_IF_ERROR(access_.Start(config_, *scheduler_, metrics_));
    access_.Export(*registry_, metrics_);
    if (config_.legacy_sse) {
      legacy_sse_ = std::make_unique<LegacySse>(
          LegacySseOptions{.decode = options.decode},
          LegacySse::Dependencies{dispatcher_, sessions_, directory_, subscriptions_, request_ids_,
                                  *scheduler_, mailbox_.get()});
    }
    endpoint_ = std::make_unique<McpEndpoint>(
        options, access_.Rules(config_, options.path),
        McpEndpoint::Dependencies{dispatcher_, sessions_, directory_, subscriptions_, request_ids_,
                                  *scheduler_, metrics_, legacy_sse_.get()});
    http::ServerOptions server;
    server.host = config_.host;
    server.port = config_.port;
    server.threads = config_.http_threads;
    server.max_body_bytes = options.decode.max_bytes;
    server.max_unsent_bytes = kMaxUnsentBytes;
    // Every stream has a connection of its own, and is there beside the requests.
    server.max_connections += static_cast<std::size_t>(config_.max_streams);
    BW_ASSIGN_OR_RETURN(server_, http::StartServer(server, [this](auto exchange) {
                          endpoint_->Handle(std::move(exchange));
                        }));
    server_counters_ = http::ExportCounters(*server_, *registry_, "gateway");
    return OkStatus();
  }

  Status ServeStdio(int in, int out) {
    StdioOptions options;
    options.in = in;
    options.out = out;
    options.decode.max_bytes = static_cast<std::size_t>(config_.max_body_bytes);
    options.tenant = config_.tenant;
    stdio_ = std::make_unique<StdioServer>(
        options,
        StdioServer::Dependencies{dispatcher_, directory_, subscriptions_, request_ids_, metrics_},
        [this] { finished_.Finish(); });
    return OkStatus();
  }

  Status ServeAdmin() {
    if (config_.admin_port < 0 || own_registry_ == nullptr) return OkStatus();
    http::AdminHooks hooks;
    hooks.metrics = [this] { return registry_->Expose(); };
    hooks.ready = [this] { return Ready(); };
    auto admin = http::StartAdminServer({config_.admin_host, config_.admin_port}, std::move(hooks));
    if (admin.ok()) {
      admin_ = *std::move(admin);
      return OkStatus();
    }
    if (config_.transport != "stdio") return admin.status();
    // Desktop clients spawn one process each; the second must work although the port is taken.
    log::Warning("admin.unavailable", {{"error", ToString(admin.status())}});
    return OkStatus();
  }

  const Config config_;
  const std::unique_ptr<metrics::Registry> own_registry_;
  metrics::Registry* const registry_;
  Metrics metrics_;
  const std::unique_ptr<AeadSealer> sealer_;
  const std::shared_ptr<grpc::Channel> event_store_;
  std::unique_ptr<SharedState> shared_state_;
  SessionDirectory directory_;
  Sessions sessions_;
  RequestIds request_ids_;
  std::unique_ptr<Scheduler> scheduler_;
  std::unique_ptr<GrpcToolProvider> provider_;
  std::unique_ptr<Mailbox> mailbox_;
  Questions questions_;
  RequestStates request_states_;
  std::unique_ptr<EventFeed> event_feed_;
  Subscriptions subscriptions_;
  Dispatcher dispatcher_;
  const std::shared_ptr<Readiness> readiness_;
  FinishedSignal finished_;
  AccessControl access_;
  std::unique_ptr<LegacySse> legacy_sse_;
  std::unique_ptr<McpEndpoint> endpoint_;
  std::unique_ptr<http::Server> server_;
  std::shared_ptr<void> server_counters_;
  std::unique_ptr<StdioServer> stdio_;
  std::unique_ptr<http::Server> admin_;
};

}  // namespace

StatusOr<std::unique_ptr<App>> App::Start(const Config& config, Dependencies dependencies) {
  BW_RETURN_IF_ERROR(CheckConfig(config));
  BW_ASSIGN_OR_RETURN(const log::Level level, log::ParseLevel(config.log_level));
  log::SetLevel(level);
  const std::vector<std::string> keys = SplitKeys(config.session_keys.Reveal());
  auto sealer = AeadSealer::Create(keys);
  if (!sealer.ok()) return Annotate(sealer.status(), "BW_MCP_SESSION_KEYS");
  const int in = dependencies.in;
  const int out = dependencies.out;
  auto app = std::make_unique<RunningApp>(config, std::move(dependencies), *std::move(sealer));
  BW_RETURN_IF_ERROR(app->Serve(in, out));
  app->LogReady();
  return std::unique_ptr<App>(std::move(app));
}

}  // namespace bw::gateway
