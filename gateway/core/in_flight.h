// The requests under way that a notification may cancel.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/core/call.h"

namespace bw::gateway {

/// Thread-safe. Holds no call alive. Its size is bounded by the transports' limits on requests.
class InFlight {
 public:
  /// False when the scope already has a request of this id under way.
  bool Add(const std::string& scope, const RequestId& id, const std::shared_ptr<Call>& call);
  void Remove(const std::string& scope, const RequestId& id);
  /// nullptr when there is none.
  std::shared_ptr<Call> Find(const std::string& scope, const RequestId& id) const;
  /// Everything under way in `scope`.
  std::vector<std::shared_ptr<Call>> FindAll(const std::string& scope) const;

 private:
  static std::string Key(const std::string& scope, const RequestId& id);

  mutable std::mutex mutex_;  // guards calls_
  std::unordered_map<std::string, std::weak_ptr<Call>> calls_;
};

}  // namespace bw::gateway
