// Media uploaded for MMS: kept for 48 hours, within a fixed amount of memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "common/clock/clock.h"
#include "common/status/status.h"

namespace bw::sandbox {

struct MediaFile {
  std::string name;
  std::string content_type;
  std::string bytes;
  std::int64_t stored_ms = 0;
};

/// Not thread-safe.
class MediaStore {
 public:
  static constexpr std::size_t kMaxFileBytes = 3'932'160;  // 3.75 MiB
  static constexpr std::size_t kMaxTotalBytes = 64u << 20;
  static constexpr std::size_t kMaxFiles = 1000;
  static constexpr std::size_t kMaxNameBytes = 512;

  explicit MediaStore(const Clock& clock) : clock_(clock) {}

  /// Replaces a file of that name; the oldest files make room. INVALID_ARGUMENT for a bad name,
  /// RESOURCE_EXHAUSTED for a file beyond kMaxFileBytes.
  Status Put(MediaFile file);
  /// NOT_FOUND also once 48 hours have passed.
  StatusOr<const MediaFile*> Get(std::string_view name);
  Status Delete(std::string_view name);
  /// Oldest first.
  const std::deque<MediaFile>& List();

 private:
  void Expire();
  std::deque<MediaFile>::iterator Find(std::string_view name);

  const Clock& clock_;
  std::deque<MediaFile> files_;
  std::size_t total_bytes_ = 0;
};

}  // namespace bw::sandbox
