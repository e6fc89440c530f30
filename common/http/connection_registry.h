// The open connections of one server, by descriptor.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/http/connection.h"

namespace bw::http {

/// Thread-safe.
class ConnectionRegistry {
 public:
  using Entry = std::pair<int, std::shared_ptr<Connection>>;

  void Add(int fd, std::shared_ptr<Connection> connection);
  void Remove(int fd);
  /// nullptr if none is open under `fd`.
  std::shared_ptr<Connection> Find(int fd) const;
  std::vector<Entry> All() const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<int, std::shared_ptr<Connection>> connections_;  // guarded by mutex_
};

}  // namespace bw::http
