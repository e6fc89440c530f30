// The sandbox, wired: HTTP in front, the simulation on one thread, webhooks behind.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "common/status/status.h"
#include "sandbox/config.h"

namespace bw::sandbox {

class App {
 public:
  /// Serves when it returns, and has printed {"event":"sandbox.ready","url":…} on stdout.
  /// UNAVAILABLE when the port cannot be opened.
  static StatusOr<std::unique_ptr<App>> Start(const Config& config);
  /// Drain(0).
  ~App();

  int port() const;
  /// Where others reach it, without a trailing slash.
  const std::string& url() const;
  /// Lets the requests in flight finish, then stops the simulation where it is. Idempotent.
  void Drain(std::chrono::milliseconds limit);

 private:
  struct Parts;
  explicit App(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace bw::sandbox
