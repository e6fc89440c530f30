#include "common/http/connection_registry.h"

namespace bw::http {

void ConnectionRegistry::Add(int fd, std::shared_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  connections_[fd] = std::move(connection);
}

void ConnectionRegistry::Remove(int fd) {
  std::shared_ptr<Connection> removed;  // destroyed without the lock
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(fd);
  if (found == connections_.end()) return;
  removed = std::move(found->second);
  connections_.erase(found);
}

std::shared_ptr<Connection> ConnectionRegistry::Find(int fd) const {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(fd);
  return found == connections_.end() ? nullptr : found->second;
}

std::vector<ConnectionRegistry::Entry> ConnectionRegistry::All() const {
  const std::lock_guard lock(mutex_);
  return {connections_.begin(), connections_.end()};
}

}  // namespace bw::http
