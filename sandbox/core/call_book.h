// The calls the sandbox remembers.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "sandbox/core/call.h"

namespace bw::sandbox {

/// Not thread-safe. A Call stays where it is while it lives; an ended one may be dropped by the
/// next Add, so whoever waits keeps the id and asks again.
class CallBook {
 public:
  explicit CallBook(std::size_t max_kept) : max_kept_(max_kept) {}

  /// Drops the oldest ended call when full. Live calls are never dropped: their number is bounded
  /// by whoever adds.
  Call& Add(Call call);
  Call* Find(std::string_view call_id);
  const Call* Find(std::string_view call_id) const;
  /// In the order they were added.
  void ForEach(const std::function<void(const Call&)>& visit) const;
  std::size_t live() const;
  std::size_t queued() const;

 private:
  std::size_t CountIf(const std::function<bool(const Call&)>& matches) const;

  const std::size_t max_kept_;
  std::map<std::string, std::unique_ptr<Call>, std::less<>> calls_;
  std::deque<std::string> order_;
};

}  // namespace bw::sandbox
