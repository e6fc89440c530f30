#include "tests/conformance/fleet.h"

#include <cstdlib>
#include <sstream>

#include "common/json/json.h"
#include "tests/conformance/node_packages.h"

namespace bw::conformance {
namespace {

using testing_support::ChildProcess;
using testing_support::Command;

constexpr std::chrono::milliseconds kStartLimit{30'000};
// The suite is one client in a hurry: what one may ask for in a second is not its subject.
const std::vector<std::string>& GatewayEnvironment() {
  static const std::vector<std::string> environment{
      "BW_MCP_SESSION_KEYS=a-key-of-the-tests-that-all-gateways-of-a-fleet-share",
      "BW_MCP_RATE_PER_SECOND=0"};
  return environment;
}

std::string SourceFile(const std::string& name) {
  const char* root = std::getenv("BW_SOURCE_DIR");
  return std::string(root == nullptr ? "." : root) + "/tests/conformance/" + name;
}

std::string Loopback(int port) { return "127.0.0.1:" + std::to_string(port); }

}  // namespace

StatusOr<ChildProcess*> Fleet::Launch(Command command) {
  BW_ASSIGN_OR_RETURN(auto process, ChildProcess::Start(command));
  processes_.push_back(std::move(process));
  return processes_.back().get();
}

StatusOr<int> Fleet::PortOf(ChildProcess& process) {
  BW_ASSIGN_OR_RETURN(const json::Json ready, process.WaitForEvent("service.ready", kStartLimit));
  return static_cast<int>(json::GetInt(ready, "port").value_or(0));
}

StatusOr<std::unique_ptr<Fleet>> Fleet::Start(int gateways) {
  std::unique_ptr<Fleet> fleet(new Fleet());
  fleet->gateways_ = gateways;
  BW_ASSIGN_OR_RETURN(ChildProcess * store,
                      fleet->Launch({.program = "bw-event-store",
                                     .args = {"--listen", Loopback(0), "--admin-port=-1",
                                              "--data-dir", fleet->folder_.path()}}));
  BW_ASSIGN_OR_RETURN(ChildProcess * fixtures,
                      fleet->Launch({.program = "bw-conformance-fixtures", .args = {Loopback(0)}}));
  BW_ASSIGN_OR_RETURN(const int store_port, fleet->PortOf(*store));
  BW_ASSIGN_OR_RETURN(const int fixtures_port, fleet->PortOf(*fixtures));
  for (int i = 0; i < gateways; ++i) {
    BW_ASSIGN_OR_RETURN(
        ChildProcess * gateway,
        fleet->Launch({.program = "bw-gateway",
                       .args = {"--port", "0", "--admin-port=-1", "--tool-service",
                                Loopback(fixtures_port), "--event-store", Loopback(store_port)},
                       .environment = GatewayEnvironment()}));
    fleet->gateway_processes_.push_back(gateway);
  }
  std::vector<std::string> addresses;
  int port = 0;
  for (ChildProcess* gateway : fleet->gateway_processes_) {
    BW_ASSIGN_OR_RETURN(port, fleet->PortOf(*gateway));
    addresses.push_back("http://" + Loopback(port));
  }
  if (gateways > 1) {
    addresses.insert(addresses.begin(), SourceFile("round_robin.mjs"));
    BW_ASSIGN_OR_RETURN(fleet->balancer_,
                        fleet->Launch({.program = NodePath(), .args = addresses}));
    BW_ASSIGN_OR_RETURN(port, fleet->PortOf(*fleet->balancer_));
  }
  fleet->mcp_url_ = "http://localhost:" + std::to_string(port) + "/mcp";
  return fleet;
}

std::vector<int> Fleet::Forwarded() const {
  std::vector<int> counts(static_cast<std::size_t>(gateways_));
  if (balancer_ == nullptr) return counts;
  std::istringstream log(balancer_->Log());
  for (std::string line; std::getline(log, line);) {
    const auto entry = json::Parse(line);
    if (!entry.ok() || json::GetString(*entry, "event") != "request.forwarded") continue;
    const auto to = static_cast<std::size_t>(json::GetInt(*entry, "to").value_or(0));
    if (to < counts.size()) ++counts[to];
  }
  return counts;
}

std::string Fleet::Complaints() const {
  std::string complaints;
  for (const ChildProcess* gateway : gateway_processes_) {
    std::istringstream log(gateway->Log());
    for (std::string line; std::getline(log, line);) {
      const auto entry = json::Parse(line);
      if (entry.ok() && json::GetString(*entry, "level") == "info") continue;
      complaints += line + "\n";
    }
  }
  return complaints;
}

}  // namespace bw::conformance
