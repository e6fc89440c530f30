#include "standalone/app.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include <grpcpp/channel.h>
#include <unistd.h>

#include "callback-service/app.h"
#include "common/clock/clock.h"
#include "common/http/admin_server.h"
#include "common/log/log.h"
#include "common/metrics/metrics.h"
#include "event-store/app.h"
#include "gateway/app.h"
#include "standalone/tunnel.h"
#include "tool-service/app.h"

namespace bw::standalone {
namespace {

using std::chrono::milliseconds;

constexpr const char* kInMemory = ":memory:";

}  // namespace

struct App::Parts {
  metrics::Registry registry;
  // In the order of starting; destroyed, and drained, the other way round.
  std::unique_ptr<event_store::App> event_store;
  std::unique_ptr<callback_service::App> callback_service;
  std::unique_ptr<Tunnel> tunnel;
  std::unique_ptr<tool_service::App> tool_service;
  std::unique_ptr<gateway::App> gateway;
  std::unique_ptr<http::Server> admin;

  Status Start(const Config& config);
  Status StartEventStore(event_store::Config config, bool may_fall_back);
  Status StartCallbacks(callback_service::Config config, bool may_fall_back);
  Status OpenTunnel(const Config& config);
  // Where Bandwidth finds the callbacks, in place of what is configured; "" for just that.
  std::string BaseUrl(const Config& config) const;
  Status StartAdmin(const Config& config);
  Status Ready() const;
};

Status App::Parts::StartEventStore(event_store::Config config, bool may_fall_back) {
  config.listen.clear();  // reached through its in-process channel only
  auto started = event_store::App::Start(config, {.registry = &registry});
  if (!started.ok() && may_fall_back && config.data_dir != kInMemory) {
    log::Warning("store.in_memory", {{"reason", std::string(Message(started.status()))}});
    config.data_dir = kInMemory;
    started = event_store::App::Start(config, {.registry = &registry});
  }
  if (!started.ok()) return Annotate(started.status(), "event store");
  event_store = *std::move(started);
  return OkStatus();
}

Status App::Parts::StartCallbacks(callback_service::Config config, bool may_fall_back) {
  const callback_service::Dependencies dependencies{.event_store = event_store->InProcessChannel(),
                                                    .registry = &registry};
  auto started = callback_service::App::Start(config, dependencies);
  if (!started.ok() && may_fall_back && config.port != 0) {
    log::Warning("callbacks.other_port",
                 {{"wanted", config.port}, {"reason", std::string(Message(started.status()))}});
    config.port = 0;
    started = callback_service::App::Start(config, dependencies);
  }
  if (!started.ok()) return Annotate(started.status(), "callbacks");
  callback_service = *std::move(started);
  return OkStatus();
}

Status App::Parts::OpenTunnel(const Config& config) {
  if (!config.dev_tunnel) return OkStatus();
  if (config.has_base_url) {
    log::Info("tunnel.unused", {{"reason", "BW_MCP_BASE_URL is set"}});
    return OkStatus();
  }
  const std::string& host = config.callback_service.host;
  auto opened = Tunnel::Start({.search_path = config.search_path,
                               .environment = config.tunnel_environment,
                               .target = "http://" + (host == "0.0.0.0" ? "127.0.0.1" : host) +
                                         ":" + std::to_string(callback_service->port())});
  if (opened.ok()) {
    tunnel = *std::move(opened);
    log::Info("tunnel.ready", {{"url", tunnel->url()}});
    if (config.callback_service.username.empty()) {
      log::Warning("tunnel.open_to_all",
                   {{"reason",
                     "set BW_CALLBACK_USERNAME and BW_CALLBACK_PASSWORD: webhooks need "
                     "no credentials, and everybody can reach this URL"}});
    }
    return OkStatus();
  }
  if (!config.stdio) return Annotate(opened.status(), "BW_MCP_DEV_TUNNEL");
  log::Warning("tunnel.off", {{"reason", std::string(Message(opened.status()))}});
  return OkStatus();
}

std::string App::Parts::BaseUrl(const Config& config) const {
  if (tunnel != nullptr) return tunnel->url();
  if (config.has_base_url) return "";
  return "http://127.0.0.1:" + std::to_string(callback_service->port());
}

Status App::Parts::StartAdmin(const Config& config) {
  if (config.admin_port < 0) return OkStatus();
  auto started = http::StartAdminServer(
      {.host = config.admin_host, .port = config.admin_port},
      {.metrics = [this] { return registry.Expose(); }, .ready = [this] { return Ready(); }});
  if (started.ok()) {
    admin = *std::move(started);
    return OkStatus();
  }
  if (!config.stdio) return Annotate(started.status(), "operator's port");
  log::Warning("admin.off", {{"reason", std::string(Message(started.status()))}});
  return OkStatus();
}

Status App::Parts::Ready() const {
  BW_RETURN_IF_ERROR(event_store->Ready());
  BW_RETURN_IF_ERROR(callback_service->Ready());
  BW_RETURN_IF_ERROR(tool_service->Ready());
  return gateway->Ready();
}

Status App::Parts::Start(const Config& config) {
  BW_RETURN_IF_ERROR(StartEventStore(config.event_store, config.stdio));
  BW_RETURN_IF_ERROR(StartCallbacks(config.callback_service, config.stdio));
  BW_RETURN_IF_ERROR(OpenTunnel(config));

  tool_service::Config tools = config.tool_service;
  tools.listen.clear();
  tools.local = true;
  if (std::string base_url = BaseUrl(config); !base_url.empty()) {
    tools.base_url = std::move(base_url);
  }
  auto tools_started = tool_service::App::Start(
      tools, {.event_store = event_store->InProcessChannel(), .registry = &registry});
  if (!tools_started.ok()) return Annotate(tools_started.status(), "tools");
  tool_service = *std::move(tools_started);

  gateway::Config front = config.gateway;
  front.transport = config.stdio ? "stdio" : "http";
  auto gateway_started = gateway::App::Start(
      front, {.tool_service = tool_service->InProcessChannel(),
              .call_tool = std::bind_front(&tool_service::App::CallTool, tool_service.get()),
              .event_store = event_store->InProcessChannel(),
              .registry = &registry});
  if (!gateway_started.ok()) return Annotate(gateway_started.status(), "gateway");
  gateway = *std::move(gateway_started);
  return StartAdmin(config);
}

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

StatusOr<std::unique_ptr<App>> App::Start(const Config& config) {
  auto parts = std::make_unique<Parts>();
  BW_RETURN_IF_ERROR(parts->Start(config));
  std::unique_ptr<App> app(new App(std::move(parts)));
  const std::string mcp = config.stdio ? "stdio"
                                       : "http://" + config.gateway.host + ":" +
                                             std::to_string(app->mcp_port()) + "/mcp";
  log::Info("service.ready", {{"service", "standalone"},
                              {"url", mcp},
                              {"callback_url", "http://" + config.callback_service.host + ":" +
                                                   std::to_string(app->callback_port())},
                              {"port", app->mcp_port()},
                              {"callback_port", app->callback_port()},
                              {"admin_port", app->admin_port()}});
  return app;
}

App::~App() { Drain(milliseconds(0)); }

int App::mcp_port() const { return parts_->gateway->port(); }

int App::callback_port() const { return parts_->callback_service->port(); }

int App::admin_port() const { return parts_->admin == nullptr ? -1 : parts_->admin->port(); }

void App::OnFinished(std::function<void()> finished) {
  parts_->gateway->OnFinished(std::move(finished));
}

void App::Drain(milliseconds limit) {
  const auto deadline = SystemClock().Steady() + limit;
  const auto left = [deadline] {
    const auto remaining =
        std::chrono::duration_cast<milliseconds>(deadline - SystemClock().Steady());
    return std::max(remaining, milliseconds(0));
  };
  parts_->gateway->Drain(left());
  parts_->callback_service->Drain(left());
  // Callers on the line were answered through it.
  if (parts_->tunnel != nullptr) parts_->tunnel->Stop();
  parts_->tool_service->Drain(left());
  parts_->event_store->Drain(left());
}

}  // namespace bw::standalone
