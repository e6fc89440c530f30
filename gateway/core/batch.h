// Gathers the answers to one JSON-RPC batch (revision 2025-03-26) into one array.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/core/call.h"

namespace bw::gateway {

/// Thread-safe. Answers appear in the order of their completion, as JSON-RPC allows.
class Batch : public std::enable_shared_from_this<Batch> {
 public:
  explicit Batch(std::shared_ptr<ReplySink> sink) : sink_(std::move(sink)) {}

  /// The sink of one more request of the batch.
  std::shared_ptr<ReplySink> AddRequest();
  /// An answer that is ready: an element that was not a message.
  void AddReady(std::string body);
  /// No more will be added. The answer goes out when the last request is over; a batch without any
  /// answer is abandoned.
  void Close();

 private:
  class Element;

  void Over(std::string body);

  const std::shared_ptr<ReplySink> sink_;
  std::mutex mutex_;         // guards all below
  std::size_t pending_ = 1;  // one for Close
  std::vector<std::string> bodies_;
};

}  // namespace bw::gateway
