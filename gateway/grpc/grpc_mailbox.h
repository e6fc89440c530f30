// The Mailbox over the event store's mail (bw.event_store.v1 PutMail, WaitMail).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "gateway/core/mailbox.h"

namespace grpc {
class Channel;
}

namespace bw::gateway {

struct GrpcMailboxOptions {
  std::chrono::milliseconds put_timeout{5'000};
  /// Of one long poll; another follows it. At most 60 s.
  std::chrono::milliseconds poll{45'000};
  /// Between polls that fail; doubles from the first to the longest.
  std::chrono::milliseconds first_pause{100};
  std::chrono::milliseconds longest_pause{5'000};
};

/// Thread-safe. Keeps the Mailbox contract, destruction included, which must happen before the
/// server of an in-process channel stops.
class GrpcMailbox : public Mailbox {
 public:
  explicit GrpcMailbox(const std::shared_ptr<grpc::Channel>& channel,
                       GrpcMailboxOptions options = {});
  ~GrpcMailbox() override;

  void Put(const MailAddress& address, std::string body, std::chrono::milliseconds keep,
           std::function<void(const Status&)> done) override;
  std::shared_ptr<Cancellable> Wait(const MailAddress& address,
                                    std::function<void(StatusOr<std::string>)> done) override;

 private:
  class Connection;
  const std::unique_ptr<Connection> connection_;
};

}  // namespace bw::gateway
