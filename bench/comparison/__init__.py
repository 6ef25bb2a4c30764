"""The comparison of Bedplate with other historians: `./dev bench historian`."""
