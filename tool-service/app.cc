#include "tool-service/app.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "common/http/admin_server.h"
#include "common/http/server.h"
#include "common/log/log.h"
#include "common/metrics/metrics.h"
#include "common/rpc/rpc.h"
#include "tool-service/builtin/account_start.h"
#include "tool-service/builtin/builtin_tools.h"
#include "tool-service/builtin/callback_setup.h"
#include "tool-service/builtin/search_tools.h"
#include "tool-service/core/catalogue_notifier.h"
#include "tool-service/core/completion.h"
#include "tool-service/core/configured_defaults.h"
#include "tool-service/core/confirming_tool.h"
#include "tool-service/core/credentials.h"
#include "tool-service/core/once_tool.h"
#include "tool-service/core/prompts.h"
#include "tool-service/core/reconciliation.h"
#include "tool-service/core/registry.h"
#include "tool-service/core/resources.h"
#include "tool-service/core/selection.h"
#include "tool-service/core/store_probe.h"
#include "tool-service/core/toolbox.h"
#include "tool-service/grpc/event_store_journal.h"
#include "tool-service/grpc/tool_service_server.h"
#include "tool-service/metrics.h"
#include "tool-service/openapi/catalogue_loader.h"
#include "tool-service/openapi/catalogue_refresher.h"
#include "tool-service/openapi/compiled_documents.h"
#include "tool-service/openapi/live_documents.h"
#include "tool-service/upstream/upstream.h"

namespace bw::tool_service {
namespace {

using std::chrono::milliseconds;

// Counts what happens between us and the APIs, and logs what an operator must know.
class UpstreamMetrics : public UpstreamObserver {
 public:
  explicit UpstreamMetrics(Metrics& metrics)
      : metrics_(metrics),
        refused_({{UpstreamRefusal::kBreaker, &metrics.refused_breaker},
                  {UpstreamRefusal::kRedirect, &metrics.refused_redirect},
                  {UpstreamRefusal::kRetryRoom, &metrics.refused_retry_room},
                  {UpstreamRefusal::kInFlight, &metrics.refused_in_flight},
                  {UpstreamRefusal::kAnswerBytes, &metrics.refused_answer_bytes}}) {}
  void OnExchange(std::string_view, int status, StatusCode,
                  std::chrono::steady_clock::duration took) override {
    metrics_.upstream_seconds.Observe(std::chrono::duration<double>(took).count());
    if (status == 0) return metrics_.upstream_failures.Increment();
    (status < 400 ? metrics_.upstream_answers : metrics_.upstream_refusals).Increment();
  }
  void OnRetry(std::string_view) override { metrics_.upstream_retries.Increment(); }
  void OnRedirect() override { metrics_.upstream_redirects.Increment(); }
  void OnRefused(UpstreamRefusal why) override { refused_.at(why)->Increment(); }
  void OnBreaker(std::string_view host, bool opened, std::size_t open_hosts) override {
    metrics_.breakers_open.Set(static_cast<double>(open_hosts));
    if (!opened) return log::Info("upstream.recovered", {{"host", host}});
    metrics_.breakers_opened.Increment();
    log::Warning("upstream.failing", {{"host", host}});
  }
  void OnTokenFetched(bool ok) override {
    (ok ? metrics_.tokens_fetched : metrics_.tokens_failed).Increment();
  }

 private:
  Metrics& metrics_;
  const std::map<UpstreamRefusal, metrics::Counter*> refused_;
};

class CertaintyMetrics : public CertaintyObserver {
 public:
  explicit CertaintyMetrics(Metrics& metrics)
      : counters_({{CertaintyEvent::kRepeated, &metrics.results_repeated},
                   {CertaintyEvent::kFound, &metrics.lost_answers_found},
                   {CertaintyEvent::kUnknown, &metrics.lost_answers_unknown},
                   {CertaintyEvent::kAsked, &metrics.confirmations_asked},
                   {CertaintyEvent::kConfirmed, &metrics.confirmations_given},
                   {CertaintyEvent::kDeclined, &metrics.confirmations_declined},
                   {CertaintyEvent::kNotAskable, &metrics.confirmations_impossible}}) {}
  void OnCertainty(CertaintyEvent event) override { counters_.at(event)->Increment(); }

 private:
  const std::map<CertaintyEvent, metrics::Counter*> counters_;
};

// 128 random bits in an order's reference: nobody else uses it.
std::string NewReference() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device device;
  std::string reference = "bw-";
  for (int word = 0; word < 4; ++word) {
    for (auto [bits, digit] = std::pair(device(), 0); digit < 8; ++digit, bits >>= 4) {
      reference += kDigits[bits & 15];
    }
  }
  return reference;
}

// Beside the program, installed (bin/, share/), and in a build tree inside the sources.
constexpr std::array kSpecFolders = {"specs", "../share/bandwidth-mcp/specs", "../specs",
                                     "../../specs", "../../../specs"};

std::string FindSpecFolder() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  for (const char* folder : kSpecFolders) {
    const std::filesystem::path candidate = program.parent_path() / folder;
    if (std::filesystem::is_directory(candidate, error)) {
      return candidate.lexically_normal().string();
    }
  }
  return kSpecFolders.front();
}

// What this program made of a document is not used by another build of it.
std::string ProgramIdentity() {
  std::error_code error;
  const std::filesystem::path program = "/proc/self/exe";
  const auto size = std::filesystem::file_size(program, error);
  const auto written = std::filesystem::last_write_time(program, error);
  return std::to_string(size) + "." + std::to_string(written.time_since_epoch().count());
}

ServerFacts FactsOf(const Config& config) {
  ServerFacts facts;
  facts.environment = config.environment == "uat" ? "test" : config.environment;
  facts.account_id = config.account_id;
  facts.number = config.number;
  facts.voice_application_id = config.voice_application_id;
  facts.messaging_application_id = config.messaging_application_id;
  facts.callbacks = CallbackUrls(config.base_url);
  facts.callback_credentials_set = !config.callback_username.empty();
  // Bandwidth itself is only ever reached over https.
  facts.sandbox = config.voice_url.starts_with("http://");
  facts.profile = config.profile.empty() ? std::string(kDefaultProfile) : config.profile;
  if (!config.tools.empty()) facts.profile = "custom";
  facts.confirm = config.confirm;
  return facts;
}

Selection SelectionOf(const Config& config) {
  Selection selection;
  selection.profile = config.profile;
  selection.tools = config.tools;
  selection.exclude_tools = config.exclude_tools;
  return selection;
}

UpstreamOptions UpstreamOf(const Config& config) {
  UpstreamOptions options;
  options.http_client.max_in_flight = static_cast<std::size_t>(config.max_upstream_in_flight);
  options.http_client.max_connections_per_host = config.max_upstream_connections;
  options.http_client.ca_file = config.ca_file;
  options.http_client.decode_gzip = true;
  options.redirect.max_redirects = config.max_redirects;
  options.breaker.failures_to_open = config.breaker_failures;
  options.breaker.first_pause = milliseconds(config.breaker_pause_ms);
  options.retry.max_attempts = config.upstream_attempts;
  options.token.timeout = std::min(options.token.timeout, milliseconds(config.upstream_timeout_ms));
  return options;
}

}  // namespace

// In the order in which they are made; destroyed the other way round: first what lets calls in,
// then what answers them.
struct App::Parts {
  std::unique_ptr<metrics::Registry> own_registry;
  metrics::Registry* registry = nullptr;
  std::optional<Metrics> metrics;
  std::optional<UpstreamMetrics> observer;
  CredentialStore credentials;
  ServerFacts facts;
  std::unique_ptr<Upstream> upstream;
  std::unique_ptr<EventJournal> journal;
  std::optional<ConfiguredDefaults> defaults;
  // Stopped before what the decorated tools use goes away.
  StopGate gate;
  std::optional<CertaintyMetrics> certainty;
  std::optional<Reconciler> reconciler;
  std::shared_ptr<const OncePorts> once;
  ConfirmPolicy confirm_policy = ConfirmPolicy::kDestructive;
  Registry tools;
  std::vector<CatalogueEntry> builtin;
  std::optional<CompiledDocuments> compiled;
  std::optional<LiveDocuments> live;
  // Used by the start, then by the refresher's thread only.
  std::optional<DocumentCatalogue> documents;
  std::vector<std::shared_ptr<OperationTool>> document_tools;
  std::optional<CatalogueRefresher> refresher;
  std::optional<Toolbox> toolbox;
  std::optional<Resources> resources;
  std::optional<Prompts> prompts;
  std::optional<Completions> completions;
  std::optional<CatalogueNotifier> notifier;
  std::unique_ptr<Scheduler> scheduler;
  std::optional<ToolCalls> calls;
  std::unique_ptr<grpc::Service> service;
  std::unique_ptr<rpc::Server> server;
  std::optional<StoreProbe> probe;
  std::optional<AccountStart> account_start;
  std::unique_ptr<http::Server> admin;

  ~Parts();
  Status Start(const Config& config, Dependencies dependencies);
  Status MakeBackends(const Config& config, Dependencies dependencies);
  void PrepareDecorators(const Config& config);
  std::shared_ptr<Tool> Confirming(std::shared_ptr<Tool> tool);
  std::shared_ptr<Tool> Decorated(std::shared_ptr<Tool> tool);
  void PrepareDocuments(const Config& config);
  void LoadDocuments(CollectedDocuments collected);
  void Refresh(CollectedDocuments collected);
  void LoadAllTools(const Config& config);
  void PrepareAccount(const Config& config);
  Status StartAdmin(const Config& config);
};

App::Parts::~Parts() {
  // The calls that the server cancels speak to the journal and the APIs, which go after it; their
  // last words must not find the tools gone, so those stay until both are still.
  admin.reset();
  if (refresher) refresher->Stop();
  gate.Stop();
  account_start.reset();
  probe.reset();
  scheduler.reset();
  server.reset();
  journal.reset();
  upstream.reset();
}

Status App::Parts::MakeBackends(const Config& config, Dependencies dependencies) {
  if (dependencies.registry == nullptr) own_registry = std::make_unique<metrics::Registry>();
  registry = own_registry != nullptr ? own_registry.get() : dependencies.registry;
  metrics.emplace(*registry);
  observer.emplace(*metrics);
  facts = FactsOf(config);
  if (!config.client_id.empty() || !config.username.empty()) {
    BW_RETURN_IF_ERROR(credentials.Set(
        config.tenant, {config.client_id, config.client_secret.Reveal(), config.account_id,
                        config.username, config.password.Reveal()}));
  }
  BW_ASSIGN_OR_RETURN(
      HostTable hosts,
      HostTable::Make(config.environment, {config.api_url, config.voice_url, config.messaging_url,
                                           config.mfa_url, config.insights_url}));
  upstream =
      MakeUpstream(UpstreamOf(config), std::move(hosts), credentials, SystemClock(), *observer);
  std::shared_ptr<grpc::Channel> channel = dependencies.event_store != nullptr
                                               ? std::move(dependencies.event_store)
                                               : rpc::Connect(config.event_store_address);
  journal = MakeEventStoreJournal(std::move(channel));
  defaults.emplace(facts,
                   CallbackCredentials{config.callback_username, config.callback_password.Reveal()},
                   credentials, upstream->tokens());
  return OkStatus();
}

void App::Parts::PrepareDecorators(const Config& config) {
  certainty.emplace(*metrics);
  reconciler.emplace(
      [this](std::string_view name) {
        const auto catalogue = tools.Snapshot();
        const CatalogueEntry* entry = catalogue->Find(name);
        return entry == nullptr ? nullptr : entry->tool;
      },
      *scheduler, SystemClock(), gate);
  once =
      std::make_shared<const OncePorts>(OncePorts{*journal, &*defaults, *reconciler, *scheduler,
                                                  SystemClock(), *certainty, gate, NewReference});
  confirm_policy = ConfirmPolicyOf(config.confirm);
}

std::shared_ptr<Tool> App::Parts::Confirming(std::shared_ptr<Tool> tool) {
  if (!NeedsConfirmation(confirm_policy, tool->definition().traits)) return tool;
  return ConfirmingTool::Make(std::move(tool), {&*defaults, SystemClock(), *certainty});
}

// What the catalogue holds in place of an operation's tool: whoever calls it, directly or through
// another tool, goes the same way.
std::shared_ptr<Tool> App::Parts::Decorated(std::shared_ptr<Tool> tool) {
  if (IsOnceTool(tool->definition().name)) tool = OnceTool::Make(std::move(tool), once);
  return Confirming(std::move(tool));
}

void App::Parts::PrepareDocuments(const Config& config) {
  OperationToolOptions options;
  options.timeout = milliseconds(config.upstream_timeout_ms);
  options.max_response_bytes = static_cast<std::size_t>(config.max_answer_bytes);
  options.show_issued_secrets = config.show_endpoint_tokens;
  const OperationToolPorts ports = {&upstream->http_client(), &*defaults, &SystemClock()};
  if (!config.spec_cache_dir.empty()) compiled.emplace(config.spec_cache_dir, ProgramIdentity());
  if (config.spec_source == "live") {
    live.emplace(config.spec_url, config.spec_cache_dir, upstream->http_client());
  }
  std::vector<std::string> reserved;
  for (const CatalogueEntry& entry : builtin) reserved.push_back(entry.tool->definition().name);
  documents.emplace(ports, options, std::move(reserved), compiled ? &*compiled : nullptr);
  CatalogueRefresher::Options refresh;
  refresh.folders = {config.bundled_spec_dir.empty() ? FindSpecFolder() : config.bundled_spec_dir,
                     config.spec_dir};
  refresh.interval = std::chrono::seconds(config.spec_refresh_seconds);
  refresher.emplace(refresh, live ? &*live : nullptr, *scheduler,
                    CatalogueRefresher::Hooks{
                        [this](CollectedDocuments collected) { Refresh(std::move(collected)); },
                        [this](const LiveDocuments::Outcome& outcome) {
                          for (const Status& error : outcome.errors) {
                            log::Warning("document.not_fetched", {{"reason", Message(error)}});
                          }
                          if (!outcome.errors.empty()) metrics->refreshes_failed.Increment();
                        }});
}

// The tools of all documents behind the hand-written ones, which keep their names.
void App::Parts::LoadDocuments(CollectedDocuments collected) {
  LoadedTools loaded = documents->Load(std::move(collected.documents));
  for (const std::string& warning : loaded.warnings) {
    log::Warning("document.repaired", {{"detail", warning}});
  }
  for (const Status& error : loaded.errors) {
    log::Warning("document.refused", {{"reason", Message(error)}});
  }
  if (!loaded.not_kept.ok()) {
    log::Warning("documents.not_kept", {{"reason", Message(loaded.not_kept)}});
  }
  metrics->documents_failed.Set(
      static_cast<double>(loaded.errors.size() + collected.errors.size()));
  metrics->documents_compiled.Increment(static_cast<double>(loaded.from_cache));
  const bool is_first = tools.Snapshot()->entries().empty();
  const bool is_changed = is_first || loaded.tools != document_tools;
  // Counted before anybody is told.
  if (!is_first)
    (is_changed ? metrics->refreshes_changed : metrics->refreshes_unchanged).Increment();
  if (!is_changed) return;
  for (const std::string& renamed : loaded.renamed) {
    log::Info("tool.renamed", {{"detail", renamed}});
  }
  document_tools = std::move(loaded.tools);
  std::vector<CatalogueEntry> entries = builtin;
  for (const auto& tool : document_tools) {
    entries.push_back({.tool = Decorated(tool), .document = tool->operation().document});
  }
  for (const std::string& name : tools.Replace(std::move(entries))) {
    log::Warning("tool.refused", {{"tool", name}, {"reason", "there are too many tools"}});
  }
  metrics->tools.Set(static_cast<double>(tools.Snapshot()->entries().size()));
}

void App::Parts::Refresh(CollectedDocuments collected) {
  // A folder that cannot be read now is no reason to take its tools away.
  if (!collected.errors.empty()) {
    for (const Status& error : collected.errors) {
      log::Warning("documents.missing", {{"reason", Message(error)}});
    }
    return metrics->refreshes_failed.Increment();
  }
  LoadDocuments(std::move(collected));
}

void App::Parts::LoadAllTools(const Config& config) {
  const auto backends = std::make_shared<const Backends>(
      Backends{*journal,
               upstream->http_client(),
               upstream->tokens(),
               credentials,
               *defaults,
               SystemClock(),
               facts,
               {config.callback_username, config.callback_password.Reveal()}});
  PrepareDecorators(config);
  toolbox.emplace(tools, SelectionPolicy(SelectionOf(config), config.local));
  builtin = MakeBuiltinTools(backends);
  for (CatalogueEntry& entry : MakeSearchTools(*toolbox, *defaults)) {
    builtin.push_back(std::move(entry));
  }
  for (CatalogueEntry& entry : builtin) entry.tool = Confirming(std::move(entry.tool));
  PrepareDocuments(config);
  CollectedDocuments collected = refresher->Collect();
  for (const Status& error : collected.errors) {
    log::Warning("documents.missing", {{"reason", Message(error)}});
  }
  for (const SourceText& document : collected.documents) {
    facts.documents.push_back(document.name);
  }
  LoadDocuments(std::move(collected));
  for (const UnknownName& unknown : toolbox->policy().UnknownNames(*tools.Snapshot())) {
    log::Warning("selection.unknown_tool", {{"tool", unknown.name}, {"nearest", unknown.nearest}});
  }
}

Status App::Parts::Start(const Config& config, Dependencies dependencies) {
  BW_RETURN_IF_ERROR(MakeBackends(config, std::move(dependencies)));
  scheduler = MakeThreadScheduler();
  LoadAllTools(config);
  resources.emplace(facts, credentials, *journal, SystemClock());
  prompts.emplace(facts);
  completions.emplace(facts, credentials, *journal, SystemClock());
  notifier.emplace([this] { return RevisionsOf(*tools.Snapshot(), toolbox->policy()); });
  tools.OnReplace([this] { notifier->Changed(); });
  const CallLimits limits{config.max_calls_in_flight, milliseconds(config.call_timeout_ms)};
  calls.emplace(*toolbox, SystemClock(), *scheduler, *metrics, limits);
  service = MakeToolService({*calls, *toolbox, *resources, *prompts, *completions, *notifier,
                             SystemClock(), *metrics, facts, config.max_calls_in_flight,
                             limits.call_timeout});
  rpc::ServerOptions options;
  options.listen = config.listen;
  BW_ASSIGN_OR_RETURN(server, rpc::Server::Start(options, {service.get()}));
  probe.emplace(*journal, *scheduler, SystemClock(), config.tenant, [this](bool reached) {
    metrics->event_store_up.Set(reached ? 1 : 0);
    server->SetServing(reached);
  });
  refresher->Start();
  PrepareAccount(config);
  return own_registry != nullptr && config.admin_port >= 0 ? StartAdmin(config) : OkStatus();
}

void App::Parts::PrepareAccount(const Config& config) {
  AccountStartOptions options;
  options.tenant = config.tenant;
  options.configure_callbacks = config.configure_callbacks;
  AccountStart::Hooks hooks;
  hooks.on_token = [](const Status& status) {
    if (status.ok()) return log::Info("token.ready");
    log::Warning("token.failed", {{"reason", Message(status)}});
  };
  hooks.on_callbacks = [this](const std::string& id, const StatusOr<CallbackOutcome>& outcome,
                              bool will_retry) {
    if (outcome.ok()) {
      metrics->callbacks_configured.Increment();
      return log::Info(
          "callbacks.configured",
          {{"application", id}, {"kind", KindName(outcome->kind)}, {"changed", outcome->changed}});
    }
    if (!will_retry) metrics->callbacks_failed.Increment();
    log::Warning(
        "callbacks.failed",
        {{"application", id}, {"reason", Message(outcome.status())}, {"will_retry", will_retry}});
  };
  hooks.on_left_alone = [](const Status& why) {
    log::Warning("callbacks.left_alone", {{"reason", Message(why)}});
  };
  account_start.emplace(
      std::make_shared<const CallbackSetup>(
          upstream->http_client(), *journal, SystemClock(), facts,
          CallbackCredentials{config.callback_username, config.callback_password.Reveal()}),
      upstream->tokens(), credentials, facts, *scheduler, SystemClock(), options, std::move(hooks));
  if (config.fetch_token) account_start->Start();
}

Status App::Parts::StartAdmin(const Config& config) {
  http::AdminHooks hooks;
  hooks.metrics = [this] { return registry->Expose(); };
  hooks.ready = [this] {
    return probe->reached() ? OkStatus() : Unavailable("the event store is not reached");
  };
  BW_ASSIGN_OR_RETURN(
      admin, http::StartAdminServer({.host = config.admin_host, .port = config.admin_port}, hooks));
  return OkStatus();
}

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

App::~App() { Drain(milliseconds(0)); }

StatusOr<std::unique_ptr<App>> App::Start(const Config& config, Dependencies dependencies) {
  BW_ASSIGN_OR_RETURN(const log::Level level, log::ParseLevel(config.log_level));
  if (dependencies.registry == nullptr) log::SetLevel(level);
  auto parts = std::make_unique<Parts>();
  BW_RETURN_IF_ERROR(parts->Start(config, std::move(dependencies)));
  std::unique_ptr<App> app(new App(std::move(parts)));
  const std::size_t tools = app->parts_->tools.Snapshot()->entries().size();
  log::Info("service.ready", {{"service", "tool-service"},
                              {"port", app->grpc_port()},
                              {"admin_port", app->admin_port()},
                              {"tools", static_cast<std::int64_t>(tools)},
                              {"profile", app->parts_->facts.profile},
                              {"credentials_set", !config.client_id.empty()},
                              {"sandbox", app->parts_->facts.sandbox}});
  return app;
}

std::shared_ptr<grpc::Channel> App::InProcessChannel() {
  return parts_->server->InProcessChannel();
}

std::function<void()> App::CallTool(const v1::CallToolRequest& request, milliseconds time_left,
                                    std::function<void(v1::CallToolResponse&)> message,
                                    std::function<void(const Status&)> done) {
  return parts_->calls->RunDirect(request, time_left, std::move(message), std::move(done));
}

int App::grpc_port() const { return parts_->server->port(); }

int App::admin_port() const { return parts_->admin == nullptr ? -1 : parts_->admin->port(); }

Status App::Ready() const {
  return parts_->probe->reached() ? OkStatus() : Unavailable("the event store is not reached");
}

void App::Drain(milliseconds limit) {
  // Watches never end by themselves; the server would wait for them.
  parts_->notifier->Close();
  parts_->server->Shutdown(limit);
  parts_->calls->StopDirect();
  if (parts_->account_start) parts_->account_start->Stop();
  // The event store stops next; gRPC ends the process when an in-process channel is asked after
  // that.
  parts_->probe->Stop();
}

}  // namespace bw::tool_service
