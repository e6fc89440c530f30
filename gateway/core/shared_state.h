// The port for facts that every replica of the gateway must know: a value by key, kept until its
// time is over.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "gateway/core/watch.h"

namespace bw::gateway {

/// Thread-safe, and nothing blocks.
class SharedState {
 public:
  struct Entry {
    std::string tenant = "default";
    /// 1 to 512 bytes.
    std::string key;
    /// Empty: there is none, or no longer.
    std::string value;
  };
  /// Its functions run one after the other, on any thread.
  struct Listener {
    /// In the order of their commit; at first everything there is.
    std::function<void(std::vector<Entry>)> changed;
    /// Everything there was at the start has been told.
    std::function<void()> current;
    /// Changes are missed until everything is told anew, which begins without further asking.
    std::function<void(const Status&)> broken;
  };
  using Done = std::function<void(const Status&)>;

  /// Waits for every Done.
  virtual ~SharedState() = default;
  /// `done` runs once, on any thread: OK when the entry is kept, for `ttl` at most (31 days); then
  /// or before, every listener is told. RESOURCE_EXHAUSTED names the limit.
  virtual void Put(Entry entry, std::chrono::milliseconds ttl, Done done) = 0;
  /// Everything of every tenant whose key begins with `prefix`. Must be dropped before the state.
  virtual std::unique_ptr<Watch> WatchPrefix(const std::string& prefix, Listener listener) = 0;
};

}  // namespace bw::gateway
