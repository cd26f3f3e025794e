# The package of the programs: with the window, or the command line alone. They exclude each other, as both
# have inkgate-cli and the models.
set(inkgatePackage inkgate-cli)
set(inkgateOtherPackage inkgate)
if(INKGATE_DESKTOP)
  set(inkgatePackage inkgate)
  set(inkgateOtherPackage inkgate-cli)
endif()
