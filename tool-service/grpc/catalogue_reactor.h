// One WatchCatalogue under way.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include <grpcpp/support/server_callback.h>

#include "bw/tool_service/v1/tool_service.pb.h"
#include "common/status/status.h"
#include "tool-service/core/catalogue_notifier.h"

namespace bw::tool_service {

/// Writes how the catalogue stands, at once and whenever that is not what was written last. A
/// client that reads slowly is told the newest only, so that nothing piles up. Ends with
/// UNAVAILABLE when the notifier is closed. It lives until gRPC has let go.
class CatalogueReactor : public grpc::ServerWriteReactor<tool_service::v1::WatchCatalogueResponse>,
                         public std::enable_shared_from_this<CatalogueReactor> {
 public:
  /// `notifier` outlives it; `on_done` runs once, when gRPC is done with the call.
  CatalogueReactor(CatalogueNotifier& notifier, std::function<void()> on_done);

  /// One of the two must be called once, before the reactor is handed to gRPC. Start gives the
  /// error with which it ended the stream at once, if it did.
  Status Start();
  void Refuse(const Status& status);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  enum class Step { kNothing, kWrite, kFinish };

  // Does what is to be done next; to be called without the lock whenever something changed.
  void Go();
  // Decides it; requires mutex_.
  Step NextStep();

  CatalogueNotifier& notifier_;
  const std::function<void()> on_done_;
  std::shared_ptr<CatalogueReactor> self_;
  std::uint64_t watch_id_ = 0;

  std::mutex mutex_;  // guards all below
  bool writing_ = false;
  bool finished_ = false;
  bool gone_ = false;
  std::optional<CatalogueRevisions> sent_;
  // What gRPC reads while `writing_`.
  tool_service::v1::WatchCatalogueResponse outgoing_;
  grpc::Status final_status_;
};

}  // namespace bw::tool_service
