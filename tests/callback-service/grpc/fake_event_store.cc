#include "tests/callback-service/grpc/fake_event_store.h"

#include <utility>

namespace bw::callback_service {

namespace pb = ::bw::event_store::v1;

FakeEventStore::FakeEventStore(std::string listen) {
  rpc::ServerOptions options;
  options.listen = std::move(listen);
  server_ = *rpc::Server::Start(options, {this});
}

FakeEventStore::~FakeEventStore() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  changed_.notify_all();
  server_->Shutdown(std::chrono::milliseconds(0));
}

grpc::Status FakeEventStore::Ingest(grpc::ServerContext* context, Stream* stream) {
  {
    const std::lock_guard lock(mutex_);
    context_ = context;
    stream_ = stream;
  }
  changed_.notify_all();
  pb::IngestRequest request;
  while (stream->Read(&request)) {
    Take(request, stream);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !is_paused_ || is_stopping_; });
  }
  const std::lock_guard lock(mutex_);
  if (stream_ == stream) {
    stream_ = nullptr;
    context_ = nullptr;
  }
  return grpc::Status::OK;
}

void FakeEventStore::Take(const pb::IngestRequest& request, Stream* stream) {
  const std::lock_guard lock(mutex_);
  item_counts_.push_back(request.items_size());
  pb::IngestResponse response;
  for (const Item& item : request.items()) {
    if (item.has_release() && item.release().identity() == "stream-probe") {
      response.add_outcomes()->set_correlation_id(item.correlation_id());
    } else if (answer_) {
      *response.add_outcomes() = answer_(item);
    } else {
      items_.push_back(item);
    }
  }
  if (response.outcomes_size() > 0) stream->Write(response);
  changed_.notify_all();
}

FakeEventStore::Item FakeEventStore::Next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !items_.empty(); });
  Item item = std::move(items_.front());
  items_.pop_front();
  return item;
}

void FakeEventStore::Answer(const std::vector<Outcome>& outcomes) {
  pb::IngestResponse response;
  for (const Outcome& outcome : outcomes) *response.add_outcomes() = outcome;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stream_ != nullptr; });
  stream_->Write(response);
}

void FakeEventStore::Accept(const Item& item) {
  Outcome outcome;
  outcome.set_correlation_id(item.correlation_id());
  Answer({outcome});
}

void FakeEventStore::AnswerAll(std::function<Outcome(const Item&)> answer) {
  const std::lock_guard lock(mutex_);
  answer_ = std::move(answer);
}

void FakeEventStore::Pause() {
  const std::lock_guard lock(mutex_);
  is_paused_ = true;
}

void FakeEventStore::Resume() {
  {
    const std::lock_guard lock(mutex_);
    is_paused_ = false;
  }
  changed_.notify_all();
}

void FakeEventStore::BreakStream() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stream_ != nullptr; });
  context_->TryCancel();
  stream_ = nullptr;
  context_ = nullptr;
}

std::vector<int> FakeEventStore::item_counts() const {
  const std::lock_guard lock(mutex_);
  return item_counts_;
}

}  // namespace bw::callback_service
