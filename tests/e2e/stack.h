// The whole system as real processes on free loopback ports, with the sandbox in Bandwidth's place.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "tests/e2e/conversation.h"
#include "tests/support/child_process.h"

namespace bw::e2e {

enum class Form {
  /// Four processes over TCP gRPC, as they are deployed.
  kServices,
  /// One process.
  kStandalone,
};

struct StackOptions {
  Form form = Form::kServices;
  /// Multiplies the sandbox's speech, pauses and ringing, not its timeouts.
  double time_scale = 0.05;
  /// How long a voice webhook is held before the caller hears a filler.
  int hold_ms = 4'000;
  /// Empty: no authentication.
  std::string mcp_token = {};
  std::string callback_username = {};
  std::string callback_password = {};
};

/// Not thread-safe. Destruction kills what still runs.
class Stack {
 public:
  static StatusOr<std::unique_ptr<Stack>> Start(const StackOptions& options);
  ~Stack();

  const std::string& mcp_url() const { return mcp_url_; }
  const std::string& callback_url() const { return callback_url_; }
  const std::string& sandbox_url() const { return sandbox_url_; }
  Endpoints endpoints() const { return {mcp_url_, options_.mcp_token, sandbox_url_}; }
  /// The environment that a bandwidth-mcp on stdio needs to reach this stack's sandbox.
  std::vector<std::string> UpstreamEnvironment() const;

  /// "gateway", "tool-service", "callback-service", "event-store", "sandbox", or "standalone".
  testing_support::ChildProcess& process(const std::string& name);
  std::vector<std::string> names() const;
  /// Starts a process that has ended again, on the same ports and data.
  Status Restart(const std::string& name);
  /// SIGTERM to each, in the order of a shutdown; INTERNAL names a process that did not end well.
  Status Stop();

 private:
  Stack() = default;
  Status StartSandboxAndServices();
  Status StartStandalone();
  /// Starts `name` and returns its ready line.
  StatusOr<json::Json> Launch(const std::string& name, testing_support::Command command);

  StackOptions options_;
  int launches_ = 0;
  testing_support::TemporaryFolder folder_;
  std::string mcp_url_;
  std::string callback_url_;
  std::string sandbox_url_;
  std::map<std::string, testing_support::Command> commands_;
  std::map<std::string, std::unique_ptr<testing_support::ChildProcess>> processes_;
};

}  // namespace bw::e2e
