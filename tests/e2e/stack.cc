#include "tests/e2e/stack.h"

#include <algorithm>
#include <array>
#include <utility>

#include <signal.h>

namespace bw::e2e {
namespace {

using std::chrono::milliseconds;
using testing_support::ChildProcess;
using testing_support::Command;

constexpr milliseconds kStartLimit{30'000};
constexpr milliseconds kStopLimit{30'000};

// A shutdown begins at the doors and ends at the store.
constexpr std::array<const char*, 6> kStopOrder{"gateway",      "standalone",  "callback-service",
                                                "tool-service", "event-store", "sandbox"};

// Replaces `flag`'s value, or adds both; so that a restarted process keeps the port it was given.
void SetFlag(Command& command, const std::string& flag, const std::string& value) {
  const auto found = std::find(command.args.begin(), command.args.end(), flag);
  if (found != command.args.end()) {
    *(found + 1) = value;
  } else {
    command.args.insert(command.args.end(), {flag, value});
  }
}

std::string PortOf(const std::string& url) {
  const std::size_t colon = url.rfind(':');
  return url.substr(colon + 1, url.find('/', colon) - colon - 1);
}

}  // namespace

StatusOr<std::unique_ptr<Stack>> Stack::Start(const StackOptions& options) {
  std::unique_ptr<Stack> stack(new Stack());
  stack->options_ = options;
  BW_RETURN_IF_ERROR(options.form == Form::kServices ? stack->StartSandboxAndServices()
                                                     : stack->StartStandalone());
  return stack;
}

Stack::~Stack() = default;

StatusOr<json::Json> Stack::Launch(const std::string& name, Command command) {
  // A file of its own each time: an earlier life's ready line must not be taken for this one's.
  command.log_file = folder_.path() + "/" + name + "-" + std::to_string(++launches_) + ".log";
  BW_ASSIGN_OR_RETURN(auto process, ChildProcess::Start(command));
  ChildProcess& started = *process;
  commands_[name] = command;
  processes_[name] = std::move(process);
  const auto ready = started.WaitForEvent("service.ready", kStartLimit, name);
  if (!ready.ok()) return Annotate(ready.status(), name);
  return *ready;
}

std::vector<std::string> Stack::UpstreamEnvironment() const {
  std::vector<std::string> environment{"BW_CLIENT_ID=sandbox-client",
                                       "BW_CLIENT_SECRET=sandbox-secret", "BW_ACCOUNT_ID=9900000"};
  for (const char* api : {"API", "VOICE", "MESSAGING", "MFA", "INSIGHTS"}) {
    environment.push_back("BW_" + std::string(api) + "_URL=" + sandbox_url_);
  }
  if (!options_.mcp_token.empty()) {
    environment.push_back("BW_MCP_AUTH_TOKEN=" + options_.mcp_token);
  }
  if (!options_.callback_username.empty()) {
    environment.push_back("BW_CALLBACK_USERNAME=" + options_.callback_username);
    environment.push_back("BW_CALLBACK_PASSWORD=" + options_.callback_password);
  }
  return environment;
}

Status Stack::StartSandboxAndServices() {
  BW_ASSIGN_OR_RETURN(const json::Json store,
                      Launch("event-store", {.program = "bw-event-store",
                                             .args = {"--listen", "127.0.0.1:0", "--admin-port",
                                                      "0", "--data-dir", folder_.path()}}));
  const std::string store_port = std::to_string(json::GetInt(store, "port").value_or(0));
  const std::string store_address = "127.0.0.1:" + store_port;
  SetFlag(commands_["event-store"], "--listen", store_address);

  Command callback{.program = "bw-callback-service",
                   .args = {"--port", "0", "--admin-port", "0", "--event-store", store_address,
                            "--hold-ms", std::to_string(options_.hold_ms)},
                   .environment = UpstreamEnvironment()};
  BW_ASSIGN_OR_RETURN(const json::Json callbacks, Launch("callback-service", callback));
  callback_url_ = json::StringOr(callbacks, "url");
  SetFlag(commands_["callback-service"], "--port", PortOf(callback_url_));

  Command sandbox{.program = "bw-sandbox",
                  .args = {"--port", "0", "--callback-base-url", callback_url_, "--time-scale",
                           std::to_string(options_.time_scale)}};
  if (!options_.callback_username.empty()) {
    sandbox.args.insert(sandbox.args.end(), {"--allow-http-credentials", "--callback-username",
                                             options_.callback_username, "--callback-password",
                                             options_.callback_password});
  }
  BW_ASSIGN_OR_RETURN(const json::Json upstream, Launch("sandbox", sandbox));
  sandbox_url_ = json::StringOr(upstream, "url");

  Command tools{.program = "bw-tool-service",
                .args = {"--listen", "127.0.0.1:0", "--admin-port", "0", "--event-store",
                         store_address, "--base-url", callback_url_},
                .environment = UpstreamEnvironment()};
  BW_ASSIGN_OR_RETURN(const json::Json tool_service, Launch("tool-service", tools));
  const std::string tool_address =
      "127.0.0.1:" + std::to_string(json::GetInt(tool_service, "port").value_or(0));
  SetFlag(commands_["tool-service"], "--listen", tool_address);

  BW_ASSIGN_OR_RETURN(
      const json::Json gateway,
      Launch("gateway", {.program = "bw-gateway",
                         .args = {"--port", "0", "--admin-port", "0", "--tool-service",
                                  tool_address, "--event-store", store_address},
                         .environment = UpstreamEnvironment()}));
  mcp_url_ = json::StringOr(gateway, "url");
  SetFlag(commands_["gateway"], "--port", PortOf(mcp_url_));
  return OkStatus();
}

// Each needs the other's port: the sandbox starts first, and again once the callback port is known.
Status Stack::StartStandalone() {
  Command sandbox{.program = "bw-sandbox",
                  .args = {"--port", "0", "--callback-base-url", "http://127.0.0.1:65535",
                           "--time-scale", std::to_string(options_.time_scale)}};
  BW_ASSIGN_OR_RETURN(const json::Json upstream, Launch("sandbox", sandbox));
  sandbox_url_ = json::StringOr(upstream, "url");
  BW_ASSIGN_OR_RETURN(
      const json::Json ready,
      Launch("standalone", {.program = "bandwidth-mcp",
                            .args = {"--transport", "http", "--port", "0", "--callback-port", "0",
                                     "--admin-port", "0", "--data-dir", folder_.path(), "--hold-ms",
                                     std::to_string(options_.hold_ms)},
                            .environment = UpstreamEnvironment()}));
  mcp_url_ = json::StringOr(ready, "url");
  callback_url_ = json::StringOr(ready, "callback_url");
  processes_.erase("sandbox");
  SetFlag(commands_["sandbox"], "--port", PortOf(sandbox_url_));
  SetFlag(commands_["sandbox"], "--callback-base-url", callback_url_);
  return Restart("sandbox");
}

ChildProcess& Stack::process(const std::string& name) { return *processes_.at(name); }

std::vector<std::string> Stack::names() const {
  std::vector<std::string> names;
  for (const auto& [name, process] : processes_) names.push_back(name);
  return names;
}

Status Stack::Restart(const std::string& name) { return Launch(name, commands_.at(name)).status(); }

Status Stack::Stop() {
  Status first_problem = OkStatus();
  for (const char* name : kStopOrder) {
    const auto found = processes_.find(name);
    if (found == processes_.end()) continue;
    found->second->Signal(SIGTERM);
    const auto code = found->second->WaitForExit(kStopLimit);
    if (first_problem.ok() && (!code.ok() || *code != 0)) {
      first_problem =
          Internal(std::string(name) +
                   (code.ok() ? " exited with " + std::to_string(*code) : " did not stop") + ": " +
                   found->second->Log());
    }
  }
  processes_.clear();
  return first_problem;
}

}  // namespace bw::e2e
