// A SharedState in memory, which several directories can share and a test can take away.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/core/shared_state.h"

namespace bw::gateway {

/// Of one thread. Listeners hear of a Put before its Done.
class FakeSharedState : public SharedState {
 public:
  void Put(Entry entry, std::chrono::milliseconds ttl, Done done) override {
    last_ttl = ttl;
    if (!status.ok()) return done(status);
    if (holds) {
      held.emplace_back([this, entry = std::move(entry), done = std::move(done)] {
        Commit(entry);
        done(OkStatus());
      });
      return;
    }
    Commit(entry);
    done(OkStatus());
  }

  std::unique_ptr<Watch> WatchPrefix(const std::string& prefix, Listener listener) override {
    auto handle = std::make_unique<Handle>();
    handle->state = this;
    handle->prefix = prefix;
    handle->listener = std::move(listener);
    watches_.push_back(handle.get());
    TellAll(*handle);
    return handle;
  }

  /// Every watch breaks; nothing is told until Mend.
  void Break() {
    broken_ = true;
    for (Handle* handle : watches_) handle->listener.broken(Unavailable("gone"));
  }
  void Mend() {
    broken_ = false;
    for (Handle* handle : watches_) TellAll(*handle);
  }

  /// Not OK: puts fail so.
  Status status = OkStatus();
  /// Puts are kept in `held` and take effect when run.
  bool holds = false;
  std::vector<std::function<void()>> held;
  std::map<std::string, Entry> entries;
  std::chrono::milliseconds last_ttl{0};

 private:
  struct Handle : Watch {
    ~Handle() override { std::erase(state->watches_, this); }
    FakeSharedState* state = nullptr;
    std::string prefix;
    Listener listener;
  };

  void Commit(const Entry& entry) {
    if (entry.value.empty()) {
      entries.erase(entry.key);
    } else {
      entries[entry.key] = entry;
    }
    if (broken_) return;
    for (Handle* handle : std::vector<Handle*>(watches_)) handle->listener.changed({entry});
  }
  void TellAll(Handle& handle) {
    std::vector<Entry> all;
    for (const auto& [key, entry] : entries) {
      if (key.starts_with(handle.prefix)) all.push_back(entry);
    }
    if (!all.empty()) handle.listener.changed(std::move(all));
    handle.listener.current();
  }

  bool broken_ = false;
  std::vector<Handle*> watches_;
};

}  // namespace bw::gateway
