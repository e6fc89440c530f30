// What the service counts about the APIs behind it.
#pragma once

#include <chrono>
#include <string_view>

#include "common/status/status.h"

namespace bw::tool_service {

/// Thread-safe; must not block.
class UpstreamObserver {
 public:
  virtual ~UpstreamObserver() = default;
  /// One exchange with `host` ("voice.bandwidth.com") ended: with an HTTP status, or 0 and the
  /// error.
  virtual void OnExchange(std::string_view host, int status, StatusCode error,
                          std::chrono::steady_clock::duration took) = 0;
  /// The exchange will be repeated.
  virtual void OnRetry(std::string_view host) = 0;
  virtual void OnTokenFetched(bool ok) = 0;
};

/// Counts nothing.
class IgnoringObserver : public UpstreamObserver {
 public:
  void OnExchange(std::string_view, int, StatusCode, std::chrono::steady_clock::duration) override {
  }
  void OnRetry(std::string_view) override {}
  void OnTokenFetched(bool) override {}
};

}  // namespace bw::tool_service
