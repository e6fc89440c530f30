#include "gateway/core/batch.h"

#include <utility>

#include "gateway/core/object_writer.h"

namespace bw::gateway {

class Batch::Element : public ReplySink {
 public:
  explicit Element(std::shared_ptr<Batch> batch) : batch_(std::move(batch)) {}
  void Notify(std::string message) override { batch_->sink_->Notify(std::move(message)); }
  bool takes_notifications() const override { return batch_->sink_->takes_notifications(); }
  void Finish(Reply reply) override { batch_->Over(std::move(reply.body)); }
  void Abandon() override { batch_->Over({}); }

 private:
  const std::shared_ptr<Batch> batch_;
};

std::shared_ptr<ReplySink> Batch::AddRequest() {
  const std::lock_guard lock(mutex_);
  ++pending_;
  return std::make_shared<Element>(shared_from_this());
}

void Batch::AddReady(std::string body) {
  const std::lock_guard lock(mutex_);
  bodies_.push_back(std::move(body));
}

void Batch::Close() { Over({}); }

void Batch::Over(std::string body) {
  std::vector<std::string> bodies;
  {
    const std::lock_guard lock(mutex_);
    if (!body.empty()) bodies_.push_back(std::move(body));
    if (--pending_ > 0) return;
    bodies.swap(bodies_);
  }
  if (bodies.empty()) return sink_->Abandon();
  sink_->Finish({200, JoinArray(bodies), {}});
}

}  // namespace bw::gateway
