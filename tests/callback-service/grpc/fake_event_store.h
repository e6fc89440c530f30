// An EventStore service whose answers, silences and breaks the test decides.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <grpcpp/server_context.h>

#include "bw/event_store/v1/event_store.grpc.pb.h"
#include "common/rpc/rpc.h"

namespace bw::callback_service {

/// Thread-safe.
class FakeEventStore : private event_store::v1::EventStore::Service {
 public:
  using Item = event_store::v1::IngestItem;
  using Outcome = event_store::v1::IngestOutcome;

  /// `listen` as in rpc::ServerOptions; empty: in-process only.
  explicit FakeEventStore(std::string listen = "");
  ~FakeEventStore() override;

  std::shared_ptr<grpc::Channel> Channel() { return server_->InProcessChannel(); }

  /// The next item that came (items that prove a stream are answered and not shown).
  Item Next();
  /// Sends outcomes in one message on the present stream.
  void Answer(const std::vector<Outcome>& outcomes);
  /// OK for `item`.
  void Accept(const Item& item);
  /// Items are answered at once from now on, with the outcome `answer` gives.
  void AnswerAll(std::function<Outcome(const Item&)> answer);
  /// Stops reading until Resume, so that the client's writes pile up.
  void Pause();
  void Resume();
  /// Ends the present stream as a crash would, once it has begun.
  void BreakStream();

  std::vector<int> item_counts() const;

 private:
  using Stream =
      grpc::ServerReaderWriter<event_store::v1::IngestResponse, event_store::v1::IngestRequest>;
  grpc::Status Ingest(grpc::ServerContext* context, Stream* stream) override;
  void Take(const event_store::v1::IngestRequest& request, Stream* stream);

  mutable std::mutex mutex_;  // guards everything below but server_
  std::condition_variable changed_;
  std::deque<Item> items_;
  std::vector<int> item_counts_;
  std::function<Outcome(const Item&)> answer_;
  grpc::ServerContext* context_ = nullptr;
  Stream* stream_ = nullptr;
  bool is_paused_ = false;
  bool is_stopping_ = false;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace bw::callback_service
