// Whatever lies in the store: it is read or refused, and what was read is written as it was read
// and fits the store again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tool-service/core/event_journal.h"
#include "tool-service/core/once_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using bw::tool_service::EventJournal;
  using bw::tool_service::ReadOnceEntry;
  using bw::tool_service::WriteOnceEntry;
  // What the store can hold.
  if (size > EventJournal::kMaxValueBytes) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto entry = ReadOnceEntry(text);
  if (!entry.ok()) return 0;
  const std::string written = WriteOnceEntry(*entry);
  const auto again = ReadOnceEntry(written);
  if (!again.ok() || again->state != entry->state || again->begun_ms != entry->begun_ms ||
      again->until_ms != entry->until_ms || again->arguments_digest != entry->arguments_digest ||
      again->reference != entry->reference) {
    std::abort();
  }
  // A second writing changes nothing any more: a result is shortened once.
  if (WriteOnceEntry(*again) != written) std::abort();
  return 0;
}
