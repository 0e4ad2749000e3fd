// Tests of listing the files of a folder.
#include "support/files.hpp"

#include <fstream>

#include "catch.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

TEST_CASE("the files of a folder with an ending come sorted") {
  const TemporaryFolder folder;
  for (const std::string name : {"b.pot", "a.pot", "c.txt", "pot"}) std::ofstream(folder / name) << "x";
  CHECK(support::files_ending(folder.path(), ".pot") == std::vector<std::string>{folder / "a.pot", folder / "b.pot"});
}

TEST_CASE("a missing folder and one without such files are IoErrors that name it") {
  const TemporaryFolder folder;
  CHECK(thrown_message<scn::IoError>([&] { support::files_ending(folder / "none", ".pot"); }) ==
        folder / "none: cannot list the folder: No such file or directory");
  CHECK(thrown_message<scn::IoError>([&] { support::files_ending(folder.path(), ".pot"); }) ==
        folder.path() + ": expected files that end in .pot, got none");
}
