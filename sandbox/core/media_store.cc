#include "sandbox/core/media_store.h"

#include <algorithm>
#include <utility>

namespace bw::sandbox {
namespace {

constexpr std::int64_t kLifetimeMs = 48LL * 3600 * 1000;

}  // namespace

std::deque<MediaFile>::iterator MediaStore::Find(std::string_view name) {
  return std::find_if(files_.begin(), files_.end(),
                      [&](const MediaFile& file) { return file.name == name; });
}

void MediaStore::Expire() {
  while (!files_.empty() && clock_.NowMs() - files_.front().stored_ms >= kLifetimeMs) {
    total_bytes_ -= files_.front().bytes.size();
    files_.pop_front();
  }
}

Status MediaStore::Put(MediaFile file) {
  if (file.name.empty() || file.name.size() > kMaxNameBytes) {
    return InvalidArgument("mediaId must have 1 to " + std::to_string(kMaxNameBytes) +
                           " characters");
  }
  if (file.bytes.size() > kMaxFileBytes) {
    return ResourceExhausted("the media has more than " + std::to_string(kMaxFileBytes) + " bytes");
  }
  (void)Delete(file.name);
  while (!files_.empty() &&
         (files_.size() >= kMaxFiles || total_bytes_ + file.bytes.size() > kMaxTotalBytes)) {
    total_bytes_ -= files_.front().bytes.size();
    files_.pop_front();
  }
  file.stored_ms = clock_.NowMs();
  total_bytes_ += file.bytes.size();
  files_.push_back(std::move(file));
  return OkStatus();
}

StatusOr<const MediaFile*> MediaStore::Get(std::string_view name) {
  Expire();
  const auto found = Find(name);
  if (found == files_.end()) return NotFound("The requested media was not found.");
  return &*found;
}

Status MediaStore::Delete(std::string_view name) {
  Expire();
  const auto found = Find(name);
  if (found == files_.end()) return NotFound("The requested media was not found.");
  total_bytes_ -= found->bytes.size();
  files_.erase(found);
  return OkStatus();
}

const std::deque<MediaFile>& MediaStore::List() {
  Expire();
  return files_;
}

}  // namespace bw::sandbox
