// Where documents come from, and which of two takes the other's place.
#pragma once

#include <string>
#include <vector>

#include "common/status/status.h"
#include "tool-service/openapi/catalogue_loader.h"

namespace bw::tool_service {

struct SourceFolders {
  /// Of the program.
  std::string bundled;
  /// Of its user; empty: none. May be the same folder.
  std::string own;
};

struct CollectedDocuments {
  /// The program's and the published ones, then the user's.
  std::vector<SourceText> documents;
  /// Folders that could not be read: what came from them is missing.
  std::vector<Status> errors;
};

/// `live` takes the place of bundled documents as LiveTable says; a document of the user's takes
/// the place of whatever has its name. Blocks for the disk.
CollectedDocuments CollectDocuments(const SourceFolders& folders, std::vector<SourceText> live);

}  // namespace bw::tool_service
