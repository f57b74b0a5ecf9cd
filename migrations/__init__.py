"""The schema's versions, shipped with reinfra so that an installed copy can upgrade its database."""
