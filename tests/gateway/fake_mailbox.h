// A Mailbox in memory, which several replicas of a test can share.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gateway/core/mailbox.h"

namespace bw::gateway {

/// Thread-safe. Mail for which nobody waits is kept for ever.
class FakeMailbox : public Mailbox {
 public:
  void Put(const MailAddress& address, std::string body, std::chrono::milliseconds,
           std::function<void(const Status&)> done) override {
    Done waiter;
    {
      const std::lock_guard lock(mutex_);
      ++puts;
      if (status.ok()) {
        const auto found = waiters_.find(Key(address));
        if (found == waiters_.end()) {
          mail_[Key(address)].push_back(body);
        } else {
          waiter = std::exchange(*found->second, nullptr);
          waiters_.erase(found);
        }
      }
    }
    if (waiter) waiter(std::move(body));
    done(status);
  }

  std::shared_ptr<Cancellable> Wait(const MailAddress& address,
                                    std::function<void(StatusOr<std::string>)> done) override {
    const auto handle = std::make_shared<Handle>();
    handle->fake = this;
    handle->done = std::make_shared<Done>(std::move(done));
    const std::lock_guard lock(mutex_);
    waiters_[Key(address)] = handle->done;
    return handle;
  }

  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiters_.size();
  }

  /// Not OK: what Put answers.
  Status status = OkStatus();
  int puts = 0;

 private:
  using Done = std::function<void(StatusOr<std::string>)>;

  struct Handle : Cancellable {
    void Cancel() override {
      Done waiter;
      {
        const std::lock_guard lock(fake->mutex_);
        if (!*done) return;
        waiter = std::exchange(*done, nullptr);
        std::erase_if(fake->waiters_, [&](const auto& entry) { return entry.second == done; });
      }
      waiter(Cancelled("nobody waits"));
    }
    FakeMailbox* fake = nullptr;
    std::shared_ptr<Done> done;
  };

  static std::string Key(const MailAddress& address) {
    return address.tenant + "/" + address.topic;
  }

  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, std::shared_ptr<Done>> waiters_;
  std::map<std::string, std::vector<std::string>> mail_;
};

}  // namespace bw::gateway
