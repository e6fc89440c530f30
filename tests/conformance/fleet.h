// What the suite is run against: gateways with the fixture service behind them and one event store
// beside them, as real processes on free loopback ports.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "tests/support/child_process.h"

namespace bw::conformance {

/// Not thread-safe. Destruction kills what still runs.
class Fleet {
 public:
  /// With more than one gateway a balancer stands before them that hands each request to the next.
  static StatusOr<std::unique_ptr<Fleet>> Start(int gateways);

  /// On "localhost", as the suite asks of a server it checks for DNS rebinding.
  const std::string& mcp_url() const { return mcp_url_; }
  /// How many requests the balancer gave to each gateway.
  std::vector<int> Forwarded() const;
  /// The gateways' warnings and errors.
  std::string Complaints() const;

 private:
  Fleet() = default;
  StatusOr<testing_support::ChildProcess*> Launch(testing_support::Command command);
  StatusOr<int> PortOf(testing_support::ChildProcess& process);

  testing_support::TemporaryFolder folder_;
  std::string mcp_url_;
  int gateways_ = 0;
  testing_support::ChildProcess* balancer_ = nullptr;
  std::vector<testing_support::ChildProcess*> gateway_processes_;
  std::vector<std::unique_ptr<testing_support::ChildProcess>> processes_;
};

}  // namespace bw::conformance
